"""The catalogues of words.

what the pages say and the template of the catalogues    are the same
a translation whose placeholders differ                  is a mistake
a message that is missing, or that no page says          is a mistake
a message that is not translated                         is a mistake
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from web import languages, messages
from web.languages import Language, catalogue_of, catalogue_path

BACKERS = ("%(shown)s backer", "%(shown)s backers")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder of catalogues of its own, with the template in it."""
    monkeypatch.setattr(languages, "FOLDER", tmp_path)
    monkeypatch.setattr(messages, "FOLDER", tmp_path)
    monkeypatch.setattr(messages, "TEMPLATE", tmp_path / "messages.pot")
    catalogue_of.cache_clear()
    messages.write()
    yield tmp_path
    catalogue_of.cache_clear()


def translate(text: str) -> None:
    """Write a Spanish catalogue with this in it, and bring it in line."""
    path = catalogue_path(Language.SPANISH)
    path.parent.mkdir(parents=True)
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: es\\n"\n\n'
    path.write_text(header + text, encoding="utf-8")
    messages.write()


def test_catalogues__of_this_repository__are_what_the_pages_say() -> None:
    assert list(messages.mistakes()) == []


def test_messages__of_templates_views_and_tables__are_gathered() -> None:
    found = {message.id for message in messages.gather()}

    assert BACKERS in found
    assert {"Skip to the content", "Open for pledges", "Campaign %(number)s", "This page does not exist"} <= found


def test_template__that_is_old__is_a_mistake(folder: Path) -> None:
    assert list(messages.mistakes(complete=False)) == []
    (folder / "messages.pot").write_text("", encoding="utf-8")

    assert list(messages.mistakes(complete=False)) == ["messages.pot is not what the pages say: run `make messages`"]


def test_translation__is_spoken_and_its_comment_stays(folder: Path) -> None:
    translate('# unreviewed\nmsgid "Campaigns"\nmsgstr "Campañas"\n')

    assert list(messages.mistakes(complete=False)) == []
    assert catalogue_of(Language.SPANISH).gettext("Campaigns") == "Campañas"
    assert catalogue_of(Language.SPANISH).gettext("Open for pledges") == "Open for pledges"
    assert "# unreviewed\n#: " in catalogue_path(Language.SPANISH).read_text("utf-8")


@pytest.mark.parametrize(
    "entry",
    [
        'msgid "Campaign %(number)s"\nmsgstr "Campaña %(numero)s"\n',
        'msgid "Campaign %(number)s"\nmsgstr "Campaña %(number)d %s"\n',
        'msgid "%(shown)s backer"\nmsgid_plural "%(shown)s backers"\nmsgstr[0] "%(otro)s"\nmsgstr[1] "%(shown)s"\n',
    ],
)
def test_translation__with_other_placeholders__is_a_mistake(folder: Path, entry: str) -> None:
    translate(f"#, python-format\n{entry}")

    (mistake,) = messages.mistakes(complete=False)
    assert mistake.startswith("es: ")


def test_translation__of_what_no_page_says__is_a_mistake_and_goes(folder: Path) -> None:
    translate('msgid "Campaigns"\nmsgstr "Campañas"\n')
    path = catalogue_path(Language.SPANISH)
    path.write_text(path.read_text("utf-8") + '\nmsgid "Nobody says this"\nmsgstr "Nadie"\n', encoding="utf-8")

    assert list(messages.mistakes(complete=False)) == ["es: unused: Nobody says this"]
    messages.write()
    assert list(messages.mistakes(complete=False)) == []


def test_translation__that_lacks_a_message__is_a_mistake(folder: Path) -> None:
    translate('msgid "Campaigns"\nmsgstr "Campañas"\n')
    path = catalogue_path(Language.SPANISH)
    path.write_text(path.read_text("utf-8").replace('msgid "Campaigns"', 'msgid "Other"'), encoding="utf-8")

    assert set(messages.mistakes(complete=False)) == {"es: unused: Other", "es: missing: Campaigns"}


def test_translation__that_is_not_complete__is_a_mistake(folder: Path) -> None:
    translate('msgid "Campaigns"\nmsgstr "Campañas"\n')

    found = list(messages.mistakes())
    assert "fr: no catalogue" in found
    assert "es: not translated: Open for pledges" in found
    assert "es: not translated: Campaigns" not in found


def test_command__check__ends_with_0_on_what_is_right() -> None:
    assert messages.main(["--check"]) == 0


def test_command__check__ends_with_1_on_a_mistake(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "messages.pot").unlink()

    assert messages.main(["--check"]) == 1
    assert "make messages" in capsys.readouterr().out
    assert messages.main(["--write"]) == 0
    assert (folder / "messages.pot").exists()
