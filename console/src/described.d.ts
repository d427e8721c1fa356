// The modules that `described.ts` makes of the API's description.
type DescribedField = {
  name: string;
  text: string;
  type: string;
  format?: string;
  words?: string[];
  default?: unknown;
  least?: number;
  most?: number;
  longest?: number;
  pattern?: string;
  needed: boolean;
};
declare module "described:paths" {
  const paths: string[];
  export default paths;
}
declare module "described:events" {
  const events: string[];
  export default events;
}
declare module "described:servers" {
  const kinds: { kind: string; title: string; text: string; fields: DescribedField[] }[];
  export default kinds;
}
declare module "described:policy" {
  const sections: { name: string; text: string; fields: DescribedField[] }[];
  export default sections;
}
