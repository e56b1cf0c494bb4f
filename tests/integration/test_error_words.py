"""The same wrong input through Python, the command line and the page: each names its parameter, option or knob."""

import asyncio

import httpx
import pytest

import kickitout
from kickitout.cli.app import VERBS, build_app, run
from kickitout.cli.options import ALIASES, naming
from kickitout.errors import InputError
from kickitout.instrument.instrument import WITHOUT_GATE, load
from kickitout.web import facts
from kickitout.web.app import create_app
from kickitout.web.studio import Studio
from testing.tiny_sketch import write_sketch_bundle

PORT = 25_999


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_sketch_bundle(tmp_path_factory.mktemp("model") / "sketchy")


@pytest.fixture(scope="module")
def ask_the_page(model):
    """Posts to /api/kicks as a browser does; gives the answer."""
    studio = Studio(load(model, gate=False))
    app = create_app(studio, token="secret", port=PORT)

    async def ask(body):
        base = f"http://127.0.0.1:{PORT}"
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=base, headers={"origin": base}) as client:
            await client.get("/", params={"token": "secret"})
            return await client.post("/api/kicks", json=body)

    yield lambda body: asyncio.run(ask(body))
    studio.close()


@pytest.mark.parametrize(
    ("given", "words", "body", "heads"),
    [
        ({"seed": -1}, ["--seed", "-1"], {"seeds": [-1]}, ("seed -1", "--seed -1", "Seed -1")),
        ({"n": 0}, ["-n", "0"], None, ("n 0", "-n 0", None)),
        ({"style": "polka"}, ["--style", "polka"], {"style": "polka"}, ("style polka", "--style polka", "Style polka")),
        ({"length_ms": 5.0}, ["--length", "5"], {"length_ms": 5.0}, ("length_ms 5", "--length 5", "Length 5")),
        ({"note": "H"}, ["--note", "H"], {"note": "H"}, ("note H", "--note H", "Note H")),
        (
            {"controls": {"pitch": 5.0}},
            ["--pitch", "5"],
            {"controls": {"pitch": 5.0}},
            ("pitch 5", "--pitch 5", "Pitch 5"),
        ),
    ],
)
def test_each_interface_names_what_its_user_gave(
    given, words, body, heads, model, ask_the_page, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        kickitout.generate(model=model, gate=False, **given)
    parameter, option, knob = heads
    remedy = str(caught.value).removeprefix(f"{parameter}: ")
    assert str(caught.value) == f"{parameter}: {remedy}"
    assert run(["generate", "--model", str(model), *words]) == 2
    assert capsys.readouterr().err == f"kick: {option}: {remedy}\n"
    assert list(tmp_path.iterdir()) == []
    if knob is not None:
        answer = ask_the_page(({} if "seeds" in body else {"n": 1}) | body)
        assert answer.status_code == 422
        assert answer.json() == {
            "error": f"{knob}: {remedy}",
            "what": caught.value.what,
            "value": knob.rsplit(" ", 1)[1],
        }


def test_each_interface_says_how_to_leave_out_the_gate():
    error = InputError("seed", 5, "try something else" + WITHOUT_GATE)
    assert str(error) == "seed 5: try something else, or leave the gate out: gate=False"
    assert error.sentence(naming(build_app("generate"), "generate")) == (
        "--seed 5: try something else, or leave the gate out: --no-gate"
    )
    assert error.sentence(facts.page_name) == (
        "Seed 5: try something else, or leave the gate out: start kick ui with --no-gate"
    )


@pytest.mark.parametrize(
    ("verb", "thing", "words"),
    [
        ("generate", "n", "-n"),
        ("generate", "folder", "-o"),
        ("generate", "unique_against", "--unique-against"),
        ("generate", "sweep_time", "--sweep-time"),
        ("prepare", "n", "-n"),
        ("prepare", "destination", "-o"),
        ("prepare", "licence_classes", "--licence-class"),
        ("prepare", "path", "path"),
        ("similar", "folder", "folder"),
        ("train", "folder", "-o"),
        ("train", "library", "library"),
        ("train", "weights", "--from"),
        ("train", "changes", "--set"),
        ("export", "weights", "--weights"),
        ("export", "run", "run"),
        ("figures", "run", "--run"),
        ("doctor", "seed", "seed"),
    ],
)
def test_things_are_called_as_the_verb_calls_them(verb, thing, words):
    assert naming(build_app(verb), verb)(thing, "") == words


def test_every_alias_is_of_use():
    verbs = [name for name, _, _ in VERBS]
    for thing in ALIASES:
        assert any(naming(build_app(verb), verb)(thing, "").startswith("-") for verb in verbs), thing
