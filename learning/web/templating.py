"""What every template may use: language, time in the reader's zone, static files by hash."""

from collections.abc import Callable, Hashable
from datetime import datetime
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from flask import Flask, current_app, g, request, session
from flask_babel import (  # type: ignore[attr-defined] # Domain is there, not exported
    Babel,
    Domain,
    get_locale,
    gettext,
)
from flask_login import current_user
from markupsafe import Markup

from learning.kernel.clock import utc_now
from learning.settings import Settings
from learning.web.context import this_g, this_request

LOCALES = {"zh_CN": Locale.parse("zh_Hans_CN"), "en": Locale.parse("en")}
MOST_DRAWN = 500  # parts of pages kept, some KB each
Values = ParamSpec("Values")
Result = TypeVar("Result")
_PREFERENCES = {"zh": "zh_CN", "zh-cn": "zh_CN", "zh-hans": "zh_CN", "en": "en"}


def init_app(app: Flask, settings: Settings) -> None:
    """Install translations, language choice and template globals."""
    translations = Path(__file__).parent.parent / "translations"
    babel = _Babel(
        app,
        default_locale=str(LOCALES[settings.default_locale]),
        default_timezone=settings.default_timezone,
        default_translation_directories=str(translations),
        locale_selector=lambda: _select_locale(settings),  # type: ignore[arg-type,return-value]
    )
    texts = babel.domain_instance
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined] # the i18n extension adds it
        lambda s: str(texts.get_translations().ugettext(s)),
        lambda s, p, n: texts.get_translations().ungettext(s, p, n),
        newstyle=True,
    )
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"]  # not by way of an alias
    app.before_request(_remember_language)
    app.jinja_env.globals.update(
        drawn_once=draw_once(app),
        current_locale=lambda: "en" if str(get_locale()) == "en" else "zh_CN",
        html_lang=lambda: "en" if str(get_locale()) == "en" else "zh-CN",
        lang_url=lang_url,
        in_language=in_language,
        sentence_gap=lambda: " " if str(get_locale()) == "en" else "",  # between sentences
        utc_now=utc_now,
    )
    zone = ZoneInfo(settings.default_timezone)

    def local_time(instant: datetime | None, pattern: str = "yyyy-MM-dd HH:mm") -> str:
        if instant is None:
            return ""
        return format_datetime(instant, pattern, tzinfo=zone, locale=get_locale())

    app.jinja_env.filters["local_time"] = local_time
    app.jinja_env.filters["points"] = points_text
    app.jinja_env.filters["zone_words"] = zone_words


class _Texts(Domain):
    """The texts of the product; the catalogue is looked up once a request and language.

    A page asks hundreds of times, and to ask the extension each time was a third of its cost.
    """

    def get_translations(self) -> Any:
        """Return the catalogue of the reader's language."""
        context = this_g().get("_flask_babel")
        kept = getattr(context, "kept", None)
        if kept is None or kept[0] is not getattr(context, "babel_locale", None):
            found = super().get_translations()
            context = this_g().get("_flask_babel")
            kept = (getattr(context, "babel_locale", None), found)
            if context is not None:
                context.kept = kept
        return kept[1]


class _Babel(Babel):
    domain_instance = cached_property(lambda _self: _Texts())


def kept_by_language(make: Callable[Values, Result]) -> Callable[Values, Result]:
    """Return a function of plain values that makes its words once an application and language.

    For words that depend on nothing else. Callers share what it returns and must not change it.
    """

    def ask(*values: Values.args, **named: Values.kwargs) -> Result:
        if not current_app:
            return make(*values, **named)
        kept = current_app.extensions.setdefault("kept_words", {})
        key = (make, str(get_locale()), *values, *named.items())
        if key not in kept:
            if len(kept) >= MOST_DRAWN:
                kept.clear()
            kept[key] = make(*values, **named)
        return cast("Result", kept[key])

    return wraps(make)(ask)


def draw_once(app: Flask) -> Callable[..., Markup]:
    """Return what draws a template from a few plain values and keeps it, by values and language.

    For parts that thousands of pages share: nothing of a person or a request may go in.
    """
    drawn: dict[tuple[object, ...], Markup] = {}

    def draw(name: str, /, **values: Hashable) -> Markup:
        key = (name, str(get_locale()), *values.items())
        html = drawn.get(key)
        if html is None:
            if len(drawn) >= MOST_DRAWN:
                drawn.clear()
            html = drawn[key] = Markup(app.jinja_env.get_template(name).render(values))  # noqa: S704 - ours
        return html

    return draw


def points_text(milli: int | None) -> str:
    """Return integer thousandths of a point as people write it: 92500 → 92.5."""
    if milli is None:
        return ""
    text = f"{abs(milli) // 1000}.{abs(milli) % 1000:03d}".rstrip("0").rstrip(".")
    return f"-{text}" if milli < 0 else text


def zone_words(zone: str) -> str:
    """Return what a time zone is called where people know it by another name than its own."""
    return str(gettext("北京时间")) if zone == "Asia/Shanghai" else zone


def in_language(title: str, title_en: str) -> str:
    """Return a title in the reader's language, Chinese where there is no English."""
    return title_en if title_en and str(get_locale()) == "en" else title


def lang_url(code: str) -> str:
    """Return the address of this page in another language."""
    pairs = [(k, v) for k, v in request.args.items(multi=True) if k != "lang"]
    return f"{request.path}?{urlencode([*pairs, ('lang', code)])}"


def _remember_language() -> None:
    if this_request().query_string and (code := request.args.get("lang")) in LOCALES:
        session["lang"] = code


def _select_locale(settings: Settings) -> Locale:
    code = request.args.get("lang") or session.get("lang")
    if code not in LOCALES and g.get("actor") is not None:
        code = g.actor.locale
    if code not in LOCALES:
        code = _negotiate() or settings.default_locale
    return LOCALES[code]


def _negotiate() -> str | None:
    for language, _quality in request.accept_languages:
        exact = _PREFERENCES.get(language.lower())
        if exact:
            return exact
        prefix = _PREFERENCES.get(language.lower().split("-")[0])
        if prefix:
            return prefix
    return None


def is_logged_in() -> bool:
    """Tell whether somebody is logged in, for layouts."""
    return bool(current_user.is_authenticated)
