"""The models on offer: listed ones by id or alias, patterns that are accepted without being listed."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from msgspec import structs

from .errors import GatewayError
from .scenario import Model, Scenario
from .sections import is_pattern

#: What a model goes by: the name that it was asked for by, and its id where that is another; the last is the id.
Names = tuple[str, ...]


def fits(names: Names, patterns: Iterable[str]) -> bool:
    """Tell whether one of a model's names is one of these, or fits a pattern among them."""
    return any(
        pattern in names or (is_pattern(pattern) and any(fnmatchcase(name, pattern) for name in names))
        for pattern in patterns
    )


class Catalogue:
    """What the scenario says of models; a model is found by id, by alias, or by the first pattern it fits."""

    def __init__(self, scenario: Scenario) -> None:
        models = [Model(id=model) if isinstance(model, str) else model for model in scenario.models]
        if scenario.offers:
            models = [model for model in models if fits((model.id,), scenario.offers)]
        self.listed = [model for model in models if not is_pattern(model.id)]
        self._patterns = [model for model in models if is_pattern(model.id)]
        self._known = {alias: model for model in self.listed for alias in model.aliases}
        self._known |= {model.id: model for model in self.listed}
        self.form = scenario.manners.model_ids
        if self.form != "{id}":
            self._known |= {self.called(model): model for model in self.listed}
            # A pattern of all that an owner has would accept whatever is asked for in this form.
            everything = {self.called(structs.replace(model, id="*")) for model in models}
            self._patterns = [model for model in self._patterns if model.id not in everything]
            self._patterns += [structs.replace(model, id=self.called(model)) for model in self._patterns]
        self._known |= {name: self._known[id] for name, id in scenario.aliases.items() if id in self._known}
        self._names = {name: (name, model.id) for name, model in self._known.items() if name != model.id}
        self._accepts_all = scenario.unknown_models == "accept"

    def called(self, model: Model) -> str:
        """Return the id that a model is listed by."""
        return self.form.replace("{owner}", model.owned_by).replace("{id}", model.id)

    def names(self, name: str) -> Names:
        """Return what the model of this name goes by."""
        return self._names.get(name) or (name,)

    def find(self, name: str) -> Model:
        """Return what is known of a model.

        Raises GatewayError (404, `model_not_found`) for a name that is neither listed nor fits a pattern.
        """
        model = self._known.get(name)
        if model is not None:
            return model
        for pattern in self._patterns:
            if fnmatchcase(name, pattern.id):
                return pattern
        if self._accepts_all:
            return Model(id=name)
        raise GatewayError(
            "model_not_found",
            f"The model `{name}` does not exist or you do not have access to it.",
            details={"model": name},
            hint=f"add `{name}` under `models:` in the scenario, or set `unknown_models: accept`",
        )

    def owner(self, name: str) -> str:
        """Return whose model that is; "" for one that there is not."""
        found = self._known.get(name) or next((each for each in self._patterns if fnmatchcase(name, each.id)), None)
        return found.owned_by if found is not None else ""
