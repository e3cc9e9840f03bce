"""JSON that is kept packed: nothing of it is lost, it is small, and what is written stays readable."""

from __future__ import annotations

from hashlib import blake2b

import pytest
import sqlalchemy as sa
from alembic import command
from hypothesis import given
from hypothesis import strategies as st

from monitor.store import packing, schema
from monitor.store.values import json_text

DIGESTS = {1: "9bf25374abcf00314bb9c73c8f23c829"}
"""Of every dictionary that rows were ever written by."""
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_packed_is_what_comes_out(value: object) -> None:
    text = json_text(value)
    assert packing.unpack(packing.pack(text)) == text


def test_no_dictionary_that_rows_were_written_by_ever_changes() -> None:
    written = {number: blake2b(words, digest_size=16).hexdigest() for number, words in packing._DICTIONARIES.items()}
    assert written == DIGESTS, "rows can be read by the words alone that they were written by: add a further dictionary"
    assert max(written) == packing.NEWEST


def test_a_page_of_posts_takes_a_fifth_of_its_text() -> None:
    posts = [
        {
            "published_at": f"2026-05-{day:02}T0{day % 9}:36:00+00:00",
            "title": f"示例县第{day}局召开工作推进会并部署下一阶段任务",
            "url": f"https://www.example.invalid/202605/t202605{day:02}_{day * 7919}.html",
        }
        for day in range(10, 20)
    ]
    text = json_text({"posts": posts})
    assert len(packing.pack(text)) * 5 < len(text.encode())


@pytest.mark.parametrize("rows", [0, 1, 500, 501, 1203])
def test_the_migration_packs_every_row_and_leaves_empty_what_is_empty(
    rows: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path_factory.mktemp('former')}/former.db")
    kept = {
        number: None if number % 3 == 0 else {"posts": [{"title": f"第{number}条"}]} for number in range(1, rows + 1)
    }
    with engine.begin() as connection:
        config = schema.alembic_config(connection)
        command.upgrade(config, "0066")
        connection.exec_driver_sql("INSERT INTO accounts (id, platform, is_removed, posts) VALUES ('A', 'x', 0, 0)")
        connection.exec_driver_sql(
            "INSERT INTO sources (id, account, collector, key, host, rank, is_partial, failures, last_outcome, "
            "last_detail, has_validators, reader) VALUES ('S', 'A', '', '', '', 0, 0, 0, '', '', 0, '')"
        )
        for number, content in kept.items():
            connection.exec_driver_sql(
                "INSERT INTO observations (id, account, source, collector, reason, content, detail, first_seen, "
                "last_confirmed, known_at) VALUES (?, 'A', 'S', '', ?, ?, '', '', '', '')",
                (number * 7, "dns" if content is None else None, None if content is None else json_text(content)),
            )
        command.upgrade(config, "head")
        found = connection.exec_driver_sql("SELECT id, content FROM observations").all()
    engine.dispose()
    assert {row.id // 7: row.content and packing.unpack(row.content) for row in found} == {
        number: content and json_text(content) for number, content in kept.items()
    }
