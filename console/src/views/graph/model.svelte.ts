// What of the invite graph is on the screen: a branch that is opened level by level.
import { api, told, type Schemas } from "../../lib/api";

/** Somebody in the tree. Their branch is closed while `shown` is fewer than those whom they let in. */
export type Node = {
  id: string;
  handle: string | null;
  parent: Node | null;
  children: Node[];
  depth: number;
  standing: Schemas["Standing"];
  /** None of somebody who has left. */
  assurance: Schemas["Assurance"] | null;
  role: Schemas["Role"] | null;
  /** Milliseconds since 1970. */
  joined: number;
  /** Whom they let in themself. */
  invitees: number;
  /** Everybody below them; undefined where the API does not tell it. */
  below: number | undefined;
  lead: Schemas["LeadKind"] | null;
};

/** The most people on the screen. */
export const MOST = 10_000;

/** Whether there is somebody below them who is not shown. */
export const isClosed = (node: Node) => node.children.length < node.invitees;

/** What somebody is called. */
export const nameOf = (node: Node) => (node.handle ? `@${node.handle}` : `…${node.id.slice(-6)}`);

async function asked(id: string, depth: number, limit: number, asOf: string | undefined): Promise<{ root: Node; whole: boolean }> {
  const { nodes, whole } = await told(
    api.GET("/v1/admin/people/{id}/tree", { params: { path: { id }, query: { depth, limit, as_of: asOf } } }),
  );
  const made: Node[] = [];
  for (const seen of nodes) {
    const parent = seen.parent == null ? null : (made[seen.parent] ?? null);
    const node: Node = {
      id: seen.id,
      handle: seen.handle ?? null,
      parent,
      children: [],
      depth: seen.depth,
      standing: seen.standing,
      assurance: seen.assurance ?? null,
      role: seen.role ?? null,
      joined: Date.parse(seen.joined_at),
      invitees: seen.invitees,
      below: seen.below ?? undefined,
      lead: seen.lead ?? null,
    };
    parent?.children.push(node);
    made.push(node);
  }
  const root = made[0];
  if (!root) throw new Error("an empty tree");
  return { root, whole };
}

/** A branch, as far as it is opened. */
export class Branch {
  root = $state.raw<Node | undefined>();
  /** Changes with each change of the tree. */
  version = $state(0);
  /** How many are shown. */
  size = $state(0);
  private found = new Map<string, Node>();

  /** Shows the branch below somebody, so many levels of it. */
  async load(id: string, depth: number, asOf?: string, limit = 500): Promise<void> {
    const { root } = await asked(id, depth, limit, asOf);
    this.root = root;
    this.index();
  }

  /** Opens the branch below `node`, so many levels of it. */
  async open(node: Node, depth: number, asOf?: string): Promise<void> {
    const room = Math.max(1, MOST - this.size + this.count(node));
    const { root } = await asked(node.id, depth, Math.min(MOST, room), asOf);
    node.children = root.children;
    node.invitees = root.invitees;
    for (const child of node.children) child.parent = node;
    this.index();
  }

  /** Closes it again. */
  close(node: Node): void {
    node.children = [];
    this.index();
  }

  get(id: string | undefined): Node | undefined {
    return id === undefined ? undefined : this.found.get(id);
  }

  /** Everybody who is shown, whoever is above first. */
  all(): Iterable<Node> {
    return this.found.values();
  }

  private count(node: Node): number {
    return node.children.reduce((sum, child) => sum + this.count(child), 1);
  }

  private index(): void {
    this.found.clear();
    const queue: Node[] = this.root ? [this.root] : [];
    for (let at = 0; at < queue.length; at++) {
      const node = queue[at]!;
      this.found.set(node.id, node);
      for (const child of node.children) queue.push(child);
    }
    this.size = queue.length;
    this.version++;
  }
}
