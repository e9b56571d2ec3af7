"""Which fields of a POST are never kept: by the view's decorators, and by their names.

A view that sends people to sign in may do so before its inner decorators are reached, so these
are looked for in the view itself.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from inspect import getclosurevars
from itertools import chain
from types import FunctionType, MethodType

from django.http import HttpRequest

NOT_KEPT = "session_security_not_kept"  # the mark that @not_kept leaves on a view

# Names of fields that hold a password or the like, in the languages of the catalogues. It is
# better to leave one field too many out than one too few.
_SECRET = re.compile(
    r"""
    pass(?!ag|ed|eng|ing|ion|iv|port)  # but no passage, passed, passenger ... passport
    | pwd | kennwort | contrase | wachtwoord | senha | secret(?!ar) | token | credential
    | (?: api | access | private | security | verification | pin ) [\W_]? (?: key | code )
    | (?<! [^\W\d_] )  # from here on whole words
    (?: pin | t?otp | tan | cv[cv] | mdp | clave | has[lł]o | heslo | parola )
    (?! [^\W\d_] )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def is_secret(name: str) -> bool:
    """Whether a field of this name holds a password or the like."""
    return _SECRET.search(_HUMP.sub("_", name)) is not None


def hidden_fields(request: HttpRequest) -> set[str] | None:
    """The view's ``@sensitive_post_parameters``; None if all fields are, or by ``@not_kept``."""
    declared = [getattr(request, "sensitive_post_parameters", ("",))]
    for function in _functions(request.resolver_match and request.resolver_match.func):
        if NOT_KEPT in vars(function):
            return None
        if function.__code__.co_qualname.startswith("sensitive_post_parameters.<locals>."):
            declared.append(getclosurevars(function).nonlocals["parameters"])
    if () in declared or "__ALL__" in declared:
        return None
    return set(chain(*declared))


def _functions(view: object) -> Iterator[FunctionType]:
    """The functions that a view is made of: all wrappers, the wrapped, the methods of its class."""
    todo, seen = [view], set()
    while todo:
        thing = todo.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        match thing:
            case FunctionType():
                yield thing
                todo += vars(thing).values()
                for cell in thing.__closure__ or ():
                    with suppress(ValueError):  # an empty one
                        todo.append(cell.cell_contents)
            case MethodType():
                todo += [thing.__func__, *_methods(type(thing.__self__), thing.__name__)]
            case type():
                todo += _methods(thing, "dispatch", "post")
            case partial():
                todo.append(thing.func)
            case list() | tuple():
                todo += thing


def _methods(cls: type, *names: str) -> list[object]:
    """The methods of these names, of the class and of each that it inherits from."""
    return [vars(base)[name] for base in cls.__mro__ for name in names if name in vars(base)]
