"""Names in counting order, so that the same history makes the same names."""


class FakeNames:
    def __init__(self, after: int = 0) -> None:
        self._last = after

    def fresh(self) -> str:
        self._last += 1
        return f"{self._last:032x}"
