"""Which passwords are good enough: long, and no word that everybody tries first. No mix of characters is asked for."""

from __future__ import annotations

import unicodedata

LEAST, MOST = 12, 128
"""Characters of a password."""
_SURPRISING = 6
"""Characters that must be left of a password when everything is taken out that anybody would guess."""
_GUESSED = """
    password passw0rd p@ssw0rd p@ssword passwd mima admin administrator root login welcome letmein iloveyou
    monkey dragon master sunshine princess football baseball superman batman michael shadow secret hello test
    guest user default changeme qwertyuiop qwerty asdfghjkl asdfgh zxcvbnm zxcvbn qazwsxedc 1qaz2wsx 1q2w3e4r
    1q2w3e qazwsx 1qaz 2wsx 3edc 4rfv 5tgb qwe asd zxc woaini woaiwojia 5201314 520 1314 aini xuncha jiance
    zhengwu zhengfu xianfuban dashuju wangxin beijing zhongguo china 密码 管理员 巡查 监测 政务 政府 新媒体 县府办 中国
    我爱你 示例 government
""".split()  # noqa: SIM905 - a list of words is read and added to as words


def plain_password(written: str) -> str:
    """Return a password as it is compared: however a keyboard composes its characters."""
    return unicodedata.normalize("NFKC", written)


def password_problem(written: str, name: str = "") -> str | None:
    """Return why a password of somebody of this name is not good enough, as the end of a sentence; None if it is."""
    password = plain_password(written)
    if len(password) < LEAST:
        return f"至少要有{LEAST}个字符"
    if len(password) > MOST:
        return f"不能超过{MOST}个字符"
    if _surprising(password.casefold(), name.strip().casefold()) < _SURPRISING:
        return "太容易猜到，请不要用常见的词、连续或重复的字符和自己的用户名"
    return None


def _surprising(password: str, name: str) -> int:
    """Return how many characters are left that do not follow from those before, nor belong to a word of the list."""
    rest = password
    for word in (name, *_GUESSED):
        if len(word) > 1:
            rest = rest.replace(word, "\0")
    left = [
        char
        for before, char in zip("\0" + rest, rest, strict=False)
        if char != "\0" and abs(ord(char) - ord(before)) > 1
    ]
    return len(set(left))
