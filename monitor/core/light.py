"""The light of an account: how it stands towards its updates, in one word and one sign."""

from __future__ import annotations

from monitor.core.account import Labelled


class Light(Labelled):
    """How an account stands, in the order of urgency; the value is the query parameter and the style's name."""

    RED = "red", "超期"
    AMBER = "amber", "临近超期"
    GREY = "grey", "未能核查"
    NEVER = "never", "尚未核查"
    GREEN = "green", "正常"
    EXEMPT = "exempt", "已豁免"
    NONE = "none", "不要求更新"

    @property
    def symbol(self) -> str:
        """The sign that stands beside the word, for those who do not see the colour."""
        return _SYMBOLS[self]

    @property
    def place(self) -> int:
        """Its place in the order of urgency."""
        return _PLACES[self]


_SYMBOLS = {
    Light.RED: "■",
    Light.AMBER: "▲",
    Light.GREY: "？",
    Light.NEVER: "○",
    Light.GREEN: "●",
    Light.EXEMPT: "◆",
    Light.NONE: "－",
}
_PLACES = {light: place for place, light in enumerate(Light)}
