"""Whom a lock favours, in an observed run."""


class Fairness:
    """Once the first task is through, each compares by its next section how many it has had."""

    def __init__(self, sections):
        self._sections = sections
        self._shares = []
        self._one_is_through = False

    def newcomer(self):
        """What a task keeps for itself."""
        return {"compared": False}

    def note(self, had, own, waited, probe):
        """Called under the lock."""
        probe.add(waited)
        probe.raise_to("longest_wait_ns", waited)
        self._one_is_through = self._one_is_through or had == self._sections
        if self._one_is_through and not own["compared"]:
            own["compared"] = True
            self._shares.append(had)

    def tell(self, probe):
        if probe:
            probe.set("share_low", min(self._shares))
            probe.set("share_high", max(self._shares))
