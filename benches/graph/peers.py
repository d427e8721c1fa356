"""The questions of the bench of the graph, asked of igraph and networkit.

Arguments: the file of who let in whom (little-endian u32 by person: the inviter's place, 2^32 - 1 for a root), and the
file of whom to ask (little-endian u32). Prints one JSON object a library: medians in microseconds.
"""

import array
import json
import statistics
import sys
import time


def read(path):
    numbers = array.array("I")
    with open(path, "rb") as file:
        numbers.frombytes(file.read())
    return numbers


def median(work, asked):
    spent = []
    for one in asked:
        begun = time.perf_counter_ns()
        work(one)
        spent.append(time.perf_counter_ns() - begun)
    return statistics.median(spent) / 1000


NONE = 2**32 - 1


def common(above, one, other):
    """The nearest who is above both, by the way up that the library gives."""
    up = set(above(one))
    return next((person for person in above(other) if person in up), None)


def with_igraph(inviters, asked, root):
    import igraph

    begun = time.perf_counter()
    edges = [(inviter, person) for person, inviter in enumerate(inviters) if inviter != NONE]
    graph = igraph.Graph(n=len(inviters), edges=edges, directed=True)
    made = time.perf_counter() - begun

    def above(person):
        chain = [person]
        while over := graph.predecessors(chain[-1]):
            chain.append(over[0])
        return chain

    pairs = list(zip(asked, reversed(asked)))
    return {
        "peer": "igraph " + igraph.__version__,
        "made_s": made,
        "chain": median(above, asked),
        "common": median(lambda pair: common(above, *pair), pairs),
        "figures": median(lambda _: graph.subcomponent(root, mode="out"), range(5)),
    }


def with_networkit(inviters, asked, root):
    import networkit

    begun = time.perf_counter()
    graph = networkit.Graph(len(inviters), directed=True)
    for person, inviter in enumerate(inviters):
        if inviter != NONE:
            graph.addEdge(inviter, person)
    made = time.perf_counter() - begun

    def above(person):
        chain = [person]
        while (over := next(graph.iterInNeighbors(chain[-1]), None)) is not None:
            chain.append(over)
        return chain

    def size(_):
        count = [0]

        def see(*_):
            count[0] += 1


        networkit.traversal.Traversal.BFSfrom(graph, [root], see)
        return count[0]

    pairs = list(zip(asked, reversed(asked)))
    return {
        "peer": "networkit " + networkit.__version__,
        "made_s": made,
        "chain": median(above, asked),
        "common": median(lambda pair: common(above, *pair), pairs),
        "figures": median(size, range(5)),
    }


def main():
    inviters, asked = read(sys.argv[1]), list(read(sys.argv[2]))
    root = int(sys.argv[3])
    for ask in (with_igraph, with_networkit):
        try:
            print(json.dumps(ask(inviters, asked, root)), flush=True)
        except ImportError as missing:
            print(json.dumps({"missing": str(missing)}), flush=True)


main()
