from tests.prometheus.words import faults, names


def test_every_kind_of_series_has_its_names() -> None:
    assert {"xuncha_looks_total", "xuncha_look_duration_seconds_bucket", "xuncha_accounts"} <= names()


def test_a_slip_of_the_pen_is_found() -> None:
    assert faults('xuncha_looks_total{outcome=~"seen|unchanged"} / xuncha_pass_duration_seconds_sum') == []
    assert faults("xuncha_look_total") == ["xuncha_look_total"]
    assert faults('xuncha_findings{state="violatet",rule="UPD-01"}') == ["state=violatet"]
    assert faults('xuncha_looks_total{outcome!~"seen|nothing"}') == ["outcome=nothing"]
    assert faults('xuncha_account_info{platform=~"$platform"}') == []
