"""Reads a graph that was exported, by the tools that people have for graphs, and says what each has found.

Arguments: the format and the file; for csv the file of people too. Output, as JSON: for each tool the numbers of people and
edges, the numbers of edges by kind, and the handles in order.
"""

import csv
import json
import subprocess
import sys

import igraph
import networkx

form, *files = sys.argv[1:]


def of_networkx(graph):
    kinds = [kind for _, _, kind in graph.edges(data="kind")]
    handles = [handle for _, handle in graph.nodes(data="handle") if handle]
    return told(graph.number_of_nodes(), graph.number_of_edges(), kinds, handles)


def of_igraph(graph):
    handles = [handle for handle in graph.vs["handle"] if handle]
    return told(graph.vcount(), graph.ecount(), graph.es["kind"], handles)


def told(people, edges, kinds, handles):
    count = {kind: kinds.count(kind) for kind in ("invite", "vouch")}
    return {"people": people, "edges": edges, **count, "handles": sorted(handles)}


def rows(file):
    with open(file, newline="", encoding="utf-8") as table:
        return list(csv.DictReader(table))


def of_rows(people, edges):
    graph = networkx.MultiDiGraph()
    for person in people:
        graph.add_node(person["id"], **{"handle": person.get("handle")})
    for edge in edges:
        assert edge["source"] in graph and edge["target"] in graph, edge
        graph.add_edge(edge["source"], edge["target"], kind=edge["kind"])
    return of_networkx(graph)


def graphviz(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout


if form == "graphml":
    read = networkx.read_graphml(files[0], force_multigraph=True)
    found = {"networkx": of_networkx(read), "igraph": of_igraph(igraph.Graph.Read_GraphML(files[0]))}
elif form == "dot":
    people, edges = graphviz("gc", "-n", "-e", files[0]).split()[:2]
    kinds = graphviz("gvpr", "E{print($.kind)}", files[0]).splitlines()
    handles = graphviz("gvpr", 'N{if ($.handle != "") print($.handle)}', files[0]).splitlines()
    found = {"graphviz": told(int(people), int(edges), kinds, handles)}
elif form == "csv":
    edges, people = rows(files[0]), rows(files[1])
    read = igraph.Graph.DictList(vertices=people, edges=edges, directed=True, vertex_name_attr="id")
    found = {"networkx": of_rows(people, edges), "igraph": of_igraph(read)}
else:
    lines = [json.loads(line) for line in open(files[0], encoding="utf-8")]
    assert lines[0]["type"] == "graph" and lines[-1]["type"] == "end", (lines[0], lines[-1])
    people = [line for line in lines if line["type"] == "person"]
    edges = [{**line, "source": line["from"], "target": line["to"]} for line in lines if line["type"] == "edge"]
    assert (lines[-1]["people"], lines[-1]["edges"]) == (len(people), len(edges)), lines[-1]
    found = {"networkx": of_rows(people, edges)}
print(json.dumps(found))
