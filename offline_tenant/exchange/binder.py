"""Parameter binding as PowerShell does it, with PowerShell's error ids and texts (ParameterBinderStrings.resx)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from offline_tenant.exchange.syntax.parameters import Parameter, Syntax
from offline_tenant.exchange.values import BOOLEAN, SWITCH, TEXT, NotConvertibleError

EXCEPTION: Final = "System.Management.Automation.ParameterBindingException"


class BindingError(Exception):
    """The arguments do not fit the cmdlet.

    Args:
        error_id: PowerShell's, such as ``NamedParameterNotFound``.
        message: PowerShell's text.
        category: of the error record.
    """

    def __init__(self, error_id: str, message: str, category: str = "InvalidArgument") -> None:
        super().__init__(message)
        self.error_id, self.message, self.category = error_id, message, category


class NotEmulatedError(Exception):
    """Microsoft has this parameter; the offline tenant has it not."""


def bind(syntax: Syntax, named: Mapping[str, Any], positional: Iterable[Any] = ()) -> dict[str, Any]:
    """The values by parameter name, converted to the parameters' types.

    Raises:
        BindingError: they do not fit.
        NotEmulatedError: a parameter that exists, but not here.
    """
    chosen = _chosen(syntax, named)
    _place(syntax, chosen, positional)
    bound = {parameter.name: _value(parameter, value) for parameter, value in chosen.items()}
    _demand(syntax, bound)
    return bound


def _chosen(syntax: Syntax, named: Mapping[str, Any]) -> dict[Parameter, Any]:
    chosen: dict[Parameter, Any] = {}
    for name, value in named.items():
        parameter = find(syntax, name)
        if parameter in chosen:
            raise BindingError(
                "ParameterAlreadyBound",
                f"Cannot bind parameter because parameter '{parameter.name}' is specified more than once. To provide "
                "multiple values to parameters that can accept multiple values, use the array syntax. For example, "
                '"-parameter value1,value2,value3".',
            )
        chosen[parameter] = value
    return chosen


def find(syntax: Syntax, name: str) -> Parameter:
    """The parameter that a name, an alias or an unambiguous beginning of one means.

    Raises:
        BindingError: there is none, or there are several.
    """
    key = name.casefold()
    beginning: dict[str, Parameter] = {}
    for parameter in syntax.all_parameters:
        for known in (parameter.name.casefold(), *(alias.casefold() for alias in parameter.aliases)):
            if known == key:
                return parameter
            if key and known.startswith(key):
                beginning[parameter.name] = parameter
    if len(beginning) == 1:
        return next(iter(beginning.values()))
    raise _unknown(name, beginning)


def _unknown(name: str, beginning: Iterable[str]) -> BindingError:
    if matches := " ".join(f"-{match}" for match in beginning):
        return BindingError(
            "AmbiguousParameter",
            f"Parameter cannot be processed because the parameter name '{name}' is ambiguous. "
            f"Possible matches include: {matches}.",
        )
    return BindingError(
        "NamedParameterNotFound", f"A parameter cannot be found that matches parameter name '{name}'."
    )


def _place(syntax: Syntax, chosen: dict[Parameter, Any], positional: Iterable[Any]) -> None:
    free = [
        parameter
        for parameter in syntax.parameters
        if parameter.position is not None and parameter not in chosen
    ]
    free.sort(key=lambda parameter: parameter.position or 0)
    for value in positional:
        if not free:
            raise BindingError(
                "PositionalParameterNotFound",
                f"A positional parameter cannot be found that accepts argument '{value}'.",
            )
        chosen[free.pop(0)] = value


def _value(parameter: Parameter, value: Any) -> Any:
    if not parameter.emulated:
        raise NotEmulatedError(f"-{parameter.name}")
    if value is None and parameter.type is not BOOLEAN:
        return _null(parameter)
    if value == "" and parameter.mandatory and parameter.type is TEXT:
        raise _empty(parameter, "EmptyStringNotAllowed", "it is an empty string")
    try:
        return parameter.type.convert(value)
    except NotConvertibleError as error:
        raise BindingError(
            "ParameterArgumentTransformationError",
            f"Cannot process argument transformation on parameter '{parameter.name}'. {error}",
            "InvalidData",
        ) from error


def _null(parameter: Parameter) -> Any:
    if parameter.mandatory:
        raise _empty(parameter, "NullNotAllowed", "it is null")
    # A remote client sends a switch without a value as null, and means that it is set.
    return True if parameter.type is SWITCH else None


def _empty(parameter: Parameter, what: str, why: str) -> BindingError:
    return BindingError(
        f"ParameterArgumentValidationError{what}",
        f"Cannot bind argument to parameter '{parameter.name}' because {why}.",
        "InvalidData",
    )


def _demand(syntax: Syntax, bound: Mapping[str, Any]) -> None:
    missing = [
        parameter.name
        for parameter in syntax.parameters
        if parameter.mandatory and parameter.name not in bound
    ]
    if missing:
        raise BindingError(
            "MissingMandatoryParameter",
            f"Cannot process command because of one or more missing mandatory parameters: {' '.join(missing)}.",
        )
