"""What a gateway's dashboard reads of it: its status, and the quota, billing and prices behind a key.

Source: the public source of new-api, which is where the names and the unit of quota come from.
"""

from decimal import Decimal
from typing import Any

from .. import __version__
from ..gateway import Gateway
from ..journal import Exchange
from ..routes import Family
from ..session import Session
from ..units import read_moment
from ..wire import Answer, json_answer

#: Units of quota in a dollar.
QUOTA_PER_UNIT = 500_000

#: What a key without end of money is said to have, in dollars.
UNLIMITED = 100_000_000

#: Switches of the dashboard, all off: there is nothing behind them here.
_OFF = [
    "email_verification",
    "github_oauth",
    "discord_oauth",
    "linuxdo_oauth",
    "telegram_oauth",
    "oidc_enabled",
    "wechat_login",
    "passkey_login",
    "turnstile_check",
    "enable_batch_update",
    "enable_data_export",
    "mj_notify_enabled",
    "default_collapse_sidebar",
    "demo_site_enabled",
    "self_use_mode_enabled",
    "default_use_auto_group",
    "api_info_enabled",
    "uptime_kuma_enabled",
    "announcements_enabled",
    "faq_enabled",
    "user_agreement_enabled",
    "privacy_policy_enabled",
    "checkin_enabled",
]

#: Texts that an administrator would fill in.
_EMPTY = [
    "logo",
    "footer_html",
    "top_up_link",
    "docs_link",
    "github_client_id",
    "turnstile_site_key",
    "HeaderNavModules",
    "SidebarModulesAdmin",
]


def quota(amount: Decimal) -> int:
    """Return dollars in units of quota."""
    return round(amount * QUOTA_PER_UNIT)


def _told(data: Any) -> Answer:
    return json_answer({"success": True, "message": "", "data": data})


async def status(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Say what gateway this is, how long it has been up, and what its dashboard may show. Needs no key."""
    call, manners = exchange.call, session.policy.scenario.manners
    return _told(
        {
            "version": f"v{__version__}",
            "start_time": int(session.tally.began),
            "system_name": manners.title or "mockgate",
            "server_address": call.address(""),
            "quota_per_unit": QUOTA_PER_UNIT,
            "display_in_currency": True,
            "quota_display_type": "USD",
            "usd_exchange_rate": 1,
            "price": 1,
            "stripe_unit_price": 1,
            "enable_drawing": True,
            "enable_task": True,
            "data_export_default_time": "hour",
            "chats": [],
            "setup": True,
            **dict.fromkeys(_OFF, False),
            **dict.fromkeys(_EMPTY, ""),
        }
    )


def _money(session: Session, exchange: Exchange) -> tuple[Decimal | None, Decimal]:
    """Return what a key has been given in all (None: no end of it), and what of it is spent."""
    account = session.wallet.account(exchange.caller, session.policy.prices)
    return (None if account.balance is None else account.balance + account.spent), account.spent


def _ends(exchange: Exchange) -> int:
    """Return when the key expires, in seconds since 1970; 0: never."""
    spec = exchange.caller.spec
    return 0 if spec is None or spec.expires is None else int(read_moment(spec.expires))


async def subscription(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Say how much money a key may spend, as OpenAI's old billing page has it."""
    granted, _spent = _money(session, exchange)
    limit = UNLIMITED if granted is None else float(granted)
    return json_answer(
        {
            "object": "billing_subscription",
            "has_payment_method": True,
            "soft_limit_usd": limit,
            "hard_limit_usd": limit,
            "system_hard_limit_usd": limit,
            "access_until": _ends(exchange),
        }
    )


async def usage(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Say what a key has spent, in cents."""
    return json_answer({"object": "list", "total_usage": float(_money(session, exchange)[1] * 100)})


async def token(_: Gateway, session: Session, exchange: Exchange) -> Answer:
    """Say what a key is, and how much quota it was given, has used and has left: the first is the sum of the others."""
    granted, spent = _money(session, exchange)
    caller, used = exchange.caller, quota(spent)
    total = UNLIMITED * QUOTA_PER_UNIT if granted is None else quota(granted)
    spec = caller.spec
    told = {
        "object": "token_usage",
        "name": (spec.owner if spec else None) or "default",
        "total_granted": total,
        "total_used": used,
        "total_available": total - used,
        "unlimited_quota": granted is None,
        "model_limits": dict.fromkeys(caller.models, True),
        "model_limits_enabled": bool(caller.models),
        "expires_at": _ends(exchange),
    }
    return json_answer({"code": True, "message": "ok", "data": told})


async def pricing(_: Gateway, session: Session, _exchange: Exchange) -> Answer:
    """List what the models on offer cost, in dollars for a million tokens."""
    policy = session.policy
    listed = [(model, policy.prices.of(policy.catalogue.names(model.id))) for model in policy.catalogue.listed]
    return _told(
        [
            {
                "model_name": model.id,
                "owner_by": model.owned_by,
                "input_per_mtok": float(tariff.input * 1_000_000),
                "output_per_mtok": float(tariff.output * 1_000_000),
                "enable_groups": [*policy.scenario.groups] or ["default"],
            }
            for model, tariff in listed
        ]
    )


async def notice(_: Gateway, session: Session, _exchange: Exchange) -> Answer:
    """Give the notice of the house: the scenario's description."""
    return _told(session.policy.scenario.description)


family = Family("console")
family.add("GET", "/api/status", status, open=True)
family.add("GET", "/api/notice", notice, open=True)
family.add("GET", "/api/pricing", pricing, open=True)
family.add("GET", "/api/usage/token", token)
for prefix in ("", "/v1"):
    family.add("GET", f"{prefix}/dashboard/billing/subscription", subscription)
    family.add("GET", f"{prefix}/dashboard/billing/usage", usage)
