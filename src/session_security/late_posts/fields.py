"""What of a late POST may be kept: by the view's decorators, and by the names of its fields.

A view that sends people to sign in may do so before its inner decorators are reached, so these
are looked for in the view itself. Where that can't be told, nothing is kept.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from inspect import getclosurevars
from itertools import chain
from types import FunctionType, MethodType
from typing import Any

from django.http import HttpRequest
from django.views.decorators import debug

from ..conf import conf

NOT_KEPT = "session_security_not_kept"  # the mark that @not_kept leaves on a view
TOKEN = "csrfmiddlewaretoken"  # noqa: S105  (the name of the field)

logger = logging.getLogger("session_security")

# Names of fields that hold what opens something: passwords, keys, codes, cards and accounts, in
# English and nine other languages; and passwords in the others of the catalogues that write them in
# Latin letters. Better one field too many is left out than one too few.
_SECRET_PART = re.compile(
    r"""
    pass(?!ag|ed|eng|ing|ion|iv|port)  # but no passage, passed, passenger ... passport
    | pwd | kennwort | contrase | wachtwoord | senha | adgangskode | l[oö]senord | salasana
    | jelsz[oó] | kata_?sandi | m[aậ]t_?kh[aẩ]u | token | credential | mnemonic
    | secret(?!ar) | segreto | segreta | geheim | jwt
    | (?: api | access | private | security | verification | recovery | backup | pin | sms
        | secret | login | seed | 2fa | mfa | segur[ei]\w* | sicherheits? | beveiligings?
        | bezpiecze\w* | verificac?\w* | sicurezza
      ) _? (?: key | code | codi | codigo | kod | phrase | answer | words? )
    | (?: code | codi | c[oó]digo | codice | kod | k[oó]d ) _ (?: de_ | di_ | da_ )?
      (?: secret\w* | segur\w* | s[eé]cur\w* | sicurezza | bezpiecze\w* | verifica\w* )
    | security_question | maiden | cryptogramme
    | (?: card | karten | kaart ) _? (?: number | num | no | nummer )
    | (?: number | numero | num[eé]ro | n[uú]mero | num | numer | [cč][ií]slo ) _
      (?: de_ | di_ | del_ | do_ | da_ | of_ )? (?: la_ )?
      (?: card | carta | carte | cart[aã]o | targeta | tarjeta | karty | compte | cuenta | conta )
    | credit_?card | kreditkarte | creditcard | debit_?card | cc_?(?: num | number | no | exp )
    | account_?(?: number | num | no ) | kontonummer | routing_?number | sort_?code
    | social_?security
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SECRET_WORD = re.compile(
    r"""
    (?<! [^\W\d_] )
    (?: pin | t?otp | tan | cv[cv] | csc | mdp | pw | psw | pass | clave | has[lł]o | heslo
      | parol[aă]? | [sş]ifre | auth | authori[sz]ation | bearer | iban | ssn | seed | pan )
    (?! [^\W\d_] )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_BETWEEN = re.compile(r"[\W_]+")


def keepable_fields(request: HttpRequest) -> tuple[list[tuple[str, list[str]]], list[str]] | None:
    """The fields that may be kept, and the names of the others; None if it must not be kept."""
    declared = _declared_sensitive(request)
    if declared is None or sum(map(len, request.POST)) > conf.KEPT_POST_SIZE:
        return None  # many names would take long to be looked at
    fields, left_out = [], []
    for name, values in request.POST.lists():
        if name == TOKEN:
            continue  # the page has a fresh one
        if name in declared or is_secret(name):
            left_out.append(name)
        else:
            fields.append((name, values))
    left_out += [f"{name}: {file.name}" for name, files in request.FILES.lists() for file in files]
    texts = chain(left_out, *((name, *values) for name, values in fields))
    size = sum(len(text.encode()) for text in texts)
    if (left_out and not fields) or size > conf.KEPT_POST_SIZE:
        return None
    return fields, left_out


def is_secret(name: str) -> bool:
    """Whether a field of this name holds a password or the like."""
    words = _BETWEEN.sub("_", _HUMP.sub("_", name))
    return _SECRET_PART.search(words) is not None or _SECRET_WORD.search(words) is not None


def _declared_sensitive(request: HttpRequest) -> set[str] | None:
    """What the view calls sensitive; None if that is all, or by ``@not_kept``, or in doubt."""
    try:
        return _sensitive_parameters(request)
    except Exception:
        logger.warning("What a late form may keep can't be told: nothing is kept", exc_info=True)
        return None


def _sensitive_parameters(request: HttpRequest) -> set[str] | None:
    declared = [getattr(request, "sensitive_post_parameters", ("",))]
    for function in _functions(request.resolver_match and request.resolver_match.func):
        if NOT_KEPT in vars(function):
            return None
        if "sensitive_post_parameters" in function.__code__.co_qualname.split("."):
            if function.__globals__ is not vars(debug):
                return None  # somebody else's, who knows what it does
            declared.append(getclosurevars(function).nonlocals["parameters"])
    if any(parameters in ((), "__ALL__") for parameters in declared):
        return None
    return set(chain(*declared))


def _functions(view: object) -> Iterator[FunctionType]:
    """The functions that a view is made of: all wrappers, the wrapped, the methods of its class."""
    todo: list[Any] = [view]
    seen = set()
    while todo:
        thing = todo.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        # By its type: what is lazy would be made here.
        kind = type(thing)
        if kind is FunctionType:
            yield thing
            todo += vars(thing).values()
            for cell in thing.__closure__ or ():
                with suppress(ValueError):  # an empty one
                    todo.append(cell.cell_contents)
        elif kind is MethodType:
            todo += [thing.__func__, *_methods(type(thing.__self__), thing.__name__)]
        elif issubclass(kind, type):
            todo += _methods(thing, "dispatch", "post")
        elif issubclass(kind, partial):
            todo.append(thing.func)
        elif issubclass(kind, list | tuple):
            todo += thing


def _methods(cls: type, *names: str) -> list[object]:
    """The methods of these names, of the class and of each that it inherits from."""
    return [vars(base)[name] for base in cls.__mro__ for name in names if name in vars(base)]
