"""The models on offer: listed ones by id or alias, patterns that are accepted without being listed."""

from fnmatch import fnmatchcase

from .errors import GatewayError
from .scenario import Model, Scenario

_WILDCARDS = frozenset("*?[")


class Catalogue:
    """What the scenario says of models; a model is found by id, by alias, or by the first pattern it fits."""

    def __init__(self, scenario: Scenario) -> None:
        models = [Model(id=model) if isinstance(model, str) else model for model in scenario.models]
        self.listed = [model for model in models if not _WILDCARDS & set(model.id)]
        self._patterns = [model for model in models if _WILDCARDS & set(model.id)]
        self._known = {alias: model for model in self.listed for alias in model.aliases}
        self._known |= {model.id: model for model in self.listed}
        self._accepts_all = scenario.unknown_models == "accept"

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
