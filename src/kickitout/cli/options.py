"""The names of things on the command line: the options of the verb that runs."""

from cyclopts import App

from kickitout.errors import Naming, python_name

ALIASES = {
    "changes": "change",
    "destination": "out",
    "folder": "out",
    "length_ms": "length",
    "licence_classes": "licence_class",
    "n": "count",
    "originals": "original",
    "weights": "start",
}
"""Python parameters that have another name on the command line."""


def naming(app: App, verb: str) -> Naming:
    """Words for things as `InputError.sentence` takes them: `seed` is `--seed`, ("gate", "off") is `--no-gate`.

    What is not an option of the verb, such as a positional file, has its Python name.
    """
    arguments = app[verb].assemble_argument_collection()
    known = {word.lstrip("-").replace("-", "_"): one for one in arguments for word in one.names}
    known |= {one.field_info.name: one for one in arguments}

    def name(thing: str, value: str) -> str:
        argument = known.get(thing) or known.get(ALIASES.get(thing, ""))
        if argument is None or argument.index is not None:
            return python_name(thing, value)
        if value == "off" and argument.negatives:
            return str(argument.negatives[0])
        # Most people type `-n` and `-o`.
        option = min((word for word in argument.names if word not in argument.negatives), key=len)
        return f"{option} {value}" if value and value != "on" else option

    return name
