"""The table of results."""


class Table:
    def __init__(self):
        self.rows = []

    def add(self, work, ours, peer, peer_figure, ratio, target, higher=True):
        met = ratio >= target if higher else ratio <= target
        sign = "at least" if higher else "at most"
        self.rows.append([work, ours, peer, peer_figure, f"{ratio:.2f}", f"{sign} {target:g}",
                          "met" if met else "MISSED"])
        print("   ", " | ".join(self.rows[-1]), flush=True)

    def note(self, work, ours, peer="", peer_figure="", ratio=None):
        ratio = "" if ratio is None else f"{ratio:.2f}"
        self.rows.append([work, ours, peer, peer_figure, ratio, "", ""])
        print("   ", " | ".join(self.rows[-1]), flush=True)

    def text(self):
        head = ["work", "Mile Quest", "peer", "its figure", "ratio", "target", ""]
        rows = [head] + self.rows
        widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
        def line(row):
            return "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths)) + " |"
        rule = "|" + "|".join("-" * (w + 2) for w in widths) + "|"
        return "\n".join([line(head), rule] + [line(row) for row in self.rows])
