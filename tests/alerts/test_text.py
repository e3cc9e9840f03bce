from hypothesis import given
from hypothesis import strategies as st

from alerts.text import cost, fitted, has_controls, plain, shown


def test_markdown_becomes_words() -> None:
    assert plain("### 标题\n**10天**未更新  \n> 引用\n>> 再引\n- 列表") == "标题\n10天未更新\n引用\n再引\n- 列表"


def test_what_was_escaped_comes_out_as_it_was() -> None:
    assert plain(r"“\*\*星\*\*\_\[x\]\(y\)”\\") == r"“**星**_[x](y)”\ ".rstrip()


def test_a_link_keeps_its_target() -> None:
    assert (
        plain("[粘贴链接](https://x.cn/k/1)和[https://x.cn](https://x.cn)") == "粘贴链接 https://x.cn/k/1和https://x.cn"
    )


def test_a_number_sign_within_a_line_stays() -> None:
    assert plain("#话题#\n5 > 3") == "#话题#\n5 > 3"


@given(st.text(), st.integers(100, 400))
def test_what_is_fitted_fits(words: str, room: int) -> None:
    assert cost(fitted(words * 9, room)) <= room


@given(st.text(max_size=20))
def test_what_fits_is_left_alone(words: str) -> None:
    assert fitted(words, cost(words)) == words


def test_the_far_sides_words_are_one_bounded_line_without_secrets() -> None:
    words = shown("token T0KEN\r\n\x1b[31mis\u202e bad" + "x" * 999, ("T0KEN", None))
    assert words.startswith("token *** [31mis bad")
    assert len(words) == 200


def test_line_ends_and_tabs_are_no_controls() -> None:
    assert not has_controls("一\n二\t三😀")
    assert all(has_controls(sign) for sign in "\r\x00\x1b\x7f\x85\ud800")
