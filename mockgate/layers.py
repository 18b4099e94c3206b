"""The files a scenario is made of: found by path or name, stacked, and merged into one document.

A layer above wins. Mappings are merged key by key; what stands where is kept through all merging.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache, reduce
from pathlib import Path
from typing import Any

from .errors import Place, Problem, ScenarioError
from .loader import MAX_DEPTH, MAX_NODES, Document, Places, fixtures_dir, parse, read
from .reading import listed

Source = str | os.PathLike[str] | Mapping[str, Any] | Document | None

Placed = tuple[Any, Places]

_DEFAULT_GATEWAY = "openai"
DEFAULT_PROFILE = "documented"
#: What a layer keeps to itself.
_OWN = ("extends", "name", "description")


def merged(source: Source, overrides: Mapping[str, Any] | None = None) -> Document:
    """Return one document of all layers: the gateway, what the source extends, the source, the overrides.

    Raises ScenarioError for files that cannot be found or read.
    """
    layers = [*_extended(document(source), ()), document(overrides)]
    *below, own, override = layers = [*_gateway(layers), *layers]
    profile = _profile(layers)
    kept = [_without(played, _OWN) for layer in below for played in _played(layer, profile)]
    return reduce(_over, [*kept, *_played(own, profile), override])


def profiles(source: Source, overrides: Mapping[str, Any] | None = None) -> list[str]:
    """Return the names of the profiles that a source, or its gateway, has.

    Raises ScenarioError for files that cannot be found or read.
    """
    layers = [*_extended(document(source), ()), document(overrides)]
    return _known_profiles([*_gateway(layers), *layers])


def document(source: Source) -> Document:
    """Return the document that a source names or is; text is YAML when it has a newline or a colon.

    Raises ScenarioError when it cannot be found or read.
    """
    match source:
        case None:
            return Document({})
        case Document():
            found = source
        case Mapping():
            return of_values(source)
        case str() if "\n" in source or (
            ":" in source and not _is(Path.is_file, Path(source)) and not _is_yaml(source)
        ):
            found = parse(source, "<text>")
        case str() | os.PathLike():
            found = _read(_find(os.fspath(source), Path(), ("scenarios",), Problem("", "")))
        case _:
            raise _refused("", f"{type(source).__name__} is no scenario", "Give a path, YAML text or a mapping.")
    if found.value is None:
        return Document({}, found.places, found.files)
    if not isinstance(found.value, dict):
        raise ScenarioError([Problem("", "a scenario is a mapping of keys", "", found.places.here)])
    return found


def _read(path: Path) -> Document:
    return _shipped(path, path.stat().st_mtime_ns) if path.is_relative_to(fixtures_dir()) else read(path)


@lru_cache(maxsize=16)
def _shipped(path: Path, _changed: int) -> Document:
    """Read a fixture once: a catalogue of models is as long as many scenarios."""
    return read(path)


def of_values(values: Mapping[str, Any]) -> Document:
    """Take Python values as a document that stands nowhere.

    Raises ScenarioError for what YAML could not say: other types, keys that are not text, endless nesting.
    """
    left = [MAX_NODES]

    def copy(value: Any, path: str, depth: int) -> tuple[Any, Places]:
        left[0] -= 1
        if depth > MAX_DEPTH or left[0] < 0:
            raise _refused(path, "the values are nested too deep, or are too many")
        match value:
            case None | bool() | int() | float():
                return value, Places()
            case str():
                return _text(value, path), Places()
            case Mapping():
                pairs: dict[str | int, Placed] = {
                    _text(key, path): copy(item, f"{path}.{key}".lstrip("."), depth + 1) for key, item in value.items()
                }
            case list() | tuple():
                pairs = {at: copy(item, f"{path}[{at}]", depth + 1) for at, item in enumerate(value)}
            case _:
                raise _refused(path, f"a {type(value).__name__} is nothing that a scenario can hold")
        inside = Places(None, None, {key: places for key, (_, places) in pairs.items()})
        plain = {key: item for key, (item, _) in pairs.items()}
        return (plain if isinstance(value, Mapping) else list(plain.values())), inside

    return Document(*copy(values, "", 0))


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise _refused(path, f"the key {value!r:.40} must be text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _refused(path, "the text holds half a character, which no encoding can write") from None
    return str(value)


def _refused(path: str, message: str, suggestion: str = "", place: Place | None = None) -> ScenarioError:
    return ScenarioError([Problem(path, message, suggestion, place)])


# Finding.


def names(kind: str) -> list[str]:
    """Return the names of the built-in "gateways" or "scenarios"."""
    return sorted(path.stem for path in (fixtures_dir() / kind).glob("*.yaml"))


def gateway(name: str) -> Document:
    """Return what the built-in gateway of that name says itself, without what it stands on."""
    return document(fixtures_dir() / "gateways" / f"{name}.yaml")


def _is_yaml(name: str) -> bool:
    return name.endswith((".yaml", ".yml"))


def _is(what: Callable[[Path], bool], path: Path) -> bool:
    try:
        return what(path)
    except (OSError, ValueError):  # a name no file can have
        return False


def _find(name: str, folder: Path, kinds: Sequence[str], problem: Problem) -> Path:
    """Find a file by its path, seen from a folder, or a built-in one of some kinds by its name."""
    path = folder / name
    if _is(Path.is_file, path):
        return path
    built_in = {known: kind for kind in kinds for known in names(kind)}
    if name in built_in:
        return fixtures_dir() / built_in[name] / f"{name}.yaml"
    if _is(Path.is_dir, path):
        raise ScenarioError([problem._replace(message=f"{path} is a folder", suggestion="Name a file in it.")])
    near = path.parent.glob("*.y*ml") if _is(Path.is_dir, path.parent) else ()
    close = get_close_matches(path.name, {*built_in, *(file.name for file in near)}, n=3, cutoff=0.5)
    suggestion = f"Did you mean {listed(close)}?" if close else f"Built in: {', '.join(built_in) or 'none'}."
    raise ScenarioError([problem._replace(message=f"there is no file {path}", suggestion=suggestion)])


def _folder(layer: Document) -> Path:
    return layer.files[0].parent if layer.files else Path()


def _extended(layer: Document, open_files: tuple[Path, ...]) -> list[Document]:
    """Return what a layer extends, lowest first, and then itself; of a file met twice, the first."""
    extends = layer.value.get("extends")
    listing = extends if isinstance(extends, list) else [extends]
    layers: list[Document] = []
    for at, name in enumerate(listing):
        if not isinstance(name, str):
            continue
        path: tuple[str | int, ...] = ("extends", at) if isinstance(extends, list) else ("extends",)
        problem = Problem("extends", "", "", layer.place(path))
        file = _find(name, _folder(layer), ("gateways", "scenarios"), problem).resolve()
        if file in (*layer.files[:1], *open_files):
            raise ScenarioError([problem._replace(message=f"{name} extends itself, in the end")])
        layers += _extended(document(file), (*open_files, *layer.files[:1]))
    layers.append(layer)
    return list({one.files[:1] or (id(one),): one for one in layers}.values())


def _gateway(layers: list[Document]) -> list[Document]:
    """Return the gateway's layers, whichever gateway the highest layer asks for."""
    stating = next((layer for layer in reversed(layers) if isinstance(layer.value.get("gateway"), str)), layers[0])
    name = stating.value.get("gateway", _DEFAULT_GATEWAY)
    if not isinstance(name, str):
        name = _DEFAULT_GATEWAY
    known = names("gateways")
    if name not in known and not _is_yaml(name):
        close = get_close_matches(name, known, n=1)
        suggestion = f'Did you mean "{close[0]}"? ' if close else ""
        raise _refused(
            "gateway",
            f'there is no gateway "{name}"',
            f"{suggestion}Known: {', '.join(known)}.",
            stating.place(("gateway",)),
        )
    problem = Problem("gateway", "", "", stating.place(("gateway",)))
    found = document(_find(name, _folder(stating), ("gateways",), problem))
    return [_without(layer, ("gateway",)) for layer in _extended(found, ())]


def _profile(layers: list[Document]) -> str:
    """Return which profile is asked for.

    Raises ScenarioError for one that no layer has.
    """
    stating = [layer for layer in layers if isinstance(layer.value.get("profile"), str)]
    name: str = stating[-1].value["profile"] if stating else DEFAULT_PROFILE
    known = _known_profiles(layers)
    if name not in known:
        where = stating[-1].place(("profile",))
        raise _refused("profile", f"the gateway has no profile {name!r}", f"It has {listed(known)}.", where)
    return name


def _known_profiles(layers: list[Document]) -> list[str]:
    return sorted({DEFAULT_PROFILE, *(known for layer in layers for known in _profiles(layer))})


def _played(layer: Document, profile: str) -> list[Document]:
    """Return a layer, and what it says otherwise in this profile."""
    plain, profiles = _without(layer, ("profiles",)), _profiles(layer)
    if profile not in profiles:
        return [plain]
    places = layer.places.inside["profiles"].inside[profile]
    return [plain, Document(profiles[profile], places, layer.files)]


def _profiles(layer: Document) -> dict[str, Any]:
    found = layer.value.get("profiles")
    return {name: value for name, value in found.items() if isinstance(value, dict)} if isinstance(found, dict) else {}


# Merging.


def _without(layer: Document, keys: Iterable[str]) -> Document:
    value = {key: item for key, item in layer.value.items() if key not in keys}
    return Document(value, layer.places, layer.files)


def _over(below: Document, above: Document) -> Document:
    if "faults" in below.value and "faults" in above.value:
        below, above = _plural(below, "faults"), _plural(above, "faults")
    value, places = _merge_maps((below.value, below.places), (above.value, above.places), _TOGETHER)
    return Document(value, places, (*below.files, *above.files))


def _plural(layer: Document, key: str) -> Document:
    """Make a list of what may be written as one thing or a list, so that layers can be joined."""
    value, places = layer.value[key], layer.places.inside.get(key, Places())
    if not isinstance(value, str | dict):
        return layer
    inside = {**layer.places.inside, key: Places(places.here, places.key, {0: places})}
    return Document({**layer.value, key: [value]}, layer.places._replace(inside=inside), layer.files)


def _merge_maps(below: Placed, above: Placed, together: Mapping[str, Any]) -> Placed:
    value, inside = dict(below[0]), dict(below[1].inside)
    for key, item in above[0].items():
        new = item, above[1].inside.get(key, Places())
        if key in value:
            old = value[key], inside.get(key, Places())
            new = _merge(old, new, together.get(key))
        value[key], inside[key] = new
    # What the layer above says stands first: where the first that fits wins, it does.
    return {key: value[key] for key in (*above[0], *value)}, above[1]._replace(inside=inside)


def _merge(below: Placed, above: Placed, join: Any) -> Placed:
    match below[0], above[0]:
        case dict(), dict():
            return _merge_maps(below, above, {})
        case list(), list() if join is not None:
            pairs = join(_pairs(below), _pairs(above))
            inside: dict[str | int, Places] = {at: places for at, (_, places) in enumerate(pairs)}
            return [item for item, _ in pairs], above[1]._replace(inside=inside)
        case _:
            return above


def _pairs(placed: Placed) -> list[Placed]:
    value, places = placed
    return [(item, places.inside.get(at, Places())) for at, item in enumerate(value)]


def _above_first(below: list[Placed], above: list[Placed]) -> list[Placed]:
    """Join lists; what both layers say stands once, so that a document that was merged can be merged again."""
    said = [item for item, _ in above]
    return above + [placed for placed in below if placed[0] not in said]


def _by_id(below: list[Placed], above: list[Placed]) -> list[Placed]:
    """Join models: those of the layer above stand first, with what they leave unsaid from their namesakes."""
    known = {_id(item): (item, places) for item, places in below}
    joined = {_id(item): _onto(known.get(_id(item)), (item, places)) for item, places in above}
    return [*joined.values(), *(placed for name, placed in known.items() if name not in joined)]


def _onto(below: Placed | None, above: Placed) -> Placed:
    if below is None or not isinstance(below[0], dict):
        return above
    return _merge_maps(below, above, {}) if isinstance(above[0], dict) else below


def _id(model: Any) -> Any:
    """Name a model; what has no name is like no other."""
    name = model.get("id") if isinstance(model, dict) else model
    return name if isinstance(name, str) else (id(model),)


_TOGETHER = {"rules": _above_first, "examples": _above_first, "faults": _above_first, "models": _by_id}
