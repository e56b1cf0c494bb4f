"""`kick models`."""

from kickitout.cli.output import Output
from kickitout.errors import KickItOutError
from kickitout.system.files import size_in_words


def models(*, output: Output = Output()) -> int:  # noqa: B008
    """List the installed models. The first is the default.

    For example:

        kick models --json
    """
    from kickitout.instrument.models import models_at_hand
    from kickitout.model.bundle import Bundle

    found = models_at_hand()
    if not found:
        output.message("no model is installed; give a bundle as --model")
    broken = 0
    for index, (name, path) in enumerate(found.items()):
        default = index == 0
        try:
            bundle = Bundle.open(path)
        except KickItOutError as error:
            broken = 1
            output.result(f"{name}: {error}", {"name": name, "path": str(path), "error": str(error)})
            continue
        card, trained = bundle.card, bundle.card.trained_on
        offered = ", ".join(
            f"{control.name} {control.minimum:.4g} to {control.maximum:.4g} {control.unit}" for control in card.controls
        )
        licences = ", ".join(f"{count:,} {licence}" for licence, count in sorted(trained.by_licence.items()))
        output.result(
            f"{card.name} {card.version}{' (default)' if default else ''}: {card.description}\n"
            f"  preset {card.preset}, trained on {trained.kicks:,} kicks ({licences or 'no licences noted'}), "
            f"{size_in_words(bundle.size)}, licence {card.licence}" + (f"\n  controls: {offered}" if offered else ""),
            {
                "name": card.name,
                "version": card.version,
                "default": default,
                "description": card.description,
                "preset": card.preset,
                "trained_on": trained.model_dump(mode="json"),
                "licence": card.licence,
                "controls": [
                    control.model_dump(mode="json", include={"name", "descriptor", "unit", "minimum", "maximum"})
                    for control in card.controls
                ],
                "size": bundle.size,
                "checksum": bundle.checksum,
                "path": str(path),
            },
        )
    return broken
