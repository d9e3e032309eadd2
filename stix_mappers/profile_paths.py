"""Whose account, page or post a path names, a function for each service (platform-records.md 4.3, D5).

Each function is given the URL and the reserved first segments of its service, and answers with what the path names,
as written (case rules come later); None means that it names nothing ("url only").
"""

import re
from collections.abc import Callable, Collection
from urllib.parse import unquote

from stix_mappers.meta_paths import facebook, instagram
from stix_mappers.named import Named, PathRule, leading_digits, trailing_digits
from stix_mappers.urls import Url

_HANDLE = re.compile(r"\w{1,50}")
_DIGITS = re.compile(r"\d+")
_PIN = re.compile(r"(?:.*--)?(\d+)")
_YOUTUBE_CHANNEL_ID = re.compile(r"UC[\w-]{10,40}")
_TELEGRAM_NAME = re.compile(r"[A-Za-z]\w{2,49}")
_VK_NUMBERED = re.compile(r"(id|public|club|event)(\d+)")
_VK_THING = re.compile(
    r"(?:wall|video|photo|album|topic|doc|app|market|story|clip|audios|videos|page|poll|artist|@)-?\d*_?\w*"
)
_VK_GROUPS = {"public": "group", "club": "group", "event": "event"}
_MEDIUM_POST = re.compile(r"(?:.*-)?([0-9a-f]{8,16})")
_USER_SPACE = re.compile(
    r"(?:User|User[ _]talk|Special:Contributions/|Benutzer(?:in)?|Utilisat(?:eur|rice)|Usuari[oa]|Utente|Gebruiker"
    r"|Uczestni(?:k|czka)|Wikipedysta|Участник|Участница|Користувач|Kullanıcı|کاربر|مستخدم|משתמש|用户|用戶|使用者|利用者)"
    r"(?::|(?<=/))(.*)",
    re.IGNORECASE | re.DOTALL,
)
_LINKEDIN_KINDS = {"in": "account", "company": "page", "school": "page", "showcase": "page", "groups": "group"}
_SUBREDDIT_OF_USER = "u_"


def twitter(url: Url, reserved: Collection[str]) -> Named | None:
    """`/x`, `/x/status/123`; the old `#!/x` too."""
    parts = url.segments
    if not parts and url.fragment and url.fragment.startswith("!/"):
        parts = [part for part in url.fragment[2:].split("/") if part]
    if not parts or parts[0].lower() in reserved:
        return None
    name = parts[0].removeprefix("@")
    if not _HANDLE.fullmatch(name):
        return None
    if len(parts) > 2 and parts[1] in ("status", "statuses") and _DIGITS.match(parts[2]):
        return Named("post", name, post_id=leading_digits(parts[2]))
    return Named("account", name)


def handles(url: Url, _: Collection[str]) -> Named | None:
    """Threads and TikTok: `/@x`, and the posts and videos below it."""
    parts = url.segments
    if not parts or not parts[0].startswith("@") or len(parts[0]) < 2:
        return None
    if len(parts) > 2 and parts[1] in ("post", "video", "photo", "live"):
        return Named("post", parts[0][1:], post_id=parts[2])
    return Named("account", parts[0][1:])


def youtube(url: Url, reserved: Collection[str]) -> Named | None:
    """`@handle`, `user/x`, `c/x`; `channel/UC...` by its id; videos are posts."""
    parts = url.segments
    first = parts[0].lower() if parts else ""
    if url.host == "youtu.be":
        return Named("post", post_id=parts[0]) if parts else None
    if first == "watch":
        return Named("post", post_id=url.parameter("v"))
    if len(parts) > 1 and first in _YOUTUBE_PLACES:
        return _YOUTUBE_PLACES[first](parts[1])
    return None if not parts or first in reserved else Named("channel", parts[0].removeprefix("@"))


def _youtube_video(name: str) -> Named | None:
    return Named("post", post_id=name)


def _youtube_channel(name: str) -> Named | None:
    return Named("channel", user_id=name) if _YOUTUBE_CHANNEL_ID.fullmatch(name) else None


def _youtube_name(name: str) -> Named | None:
    return Named("channel", name)


_YOUTUBE_PLACES: dict[str, Callable[[str], Named | None]] = {
    **dict.fromkeys(("shorts", "embed", "v", "live", "clip", "post"), _youtube_video),
    **dict.fromkeys(("user", "c"), _youtube_name),
    "channel": _youtube_channel,
}


def telegram(url: Url, reserved: Collection[str]) -> Named | None:
    """`/x`, `/s/x`, `/x/123`; invitations (`+...`, `joinchat/...`) name nobody."""
    parts = url.segments
    if parts and parts[0] == "s":
        parts = parts[1:]
    if url.host.endswith(".t.me"):
        parts = [url.host.removesuffix(".t.me"), *parts]
    if not parts or url.host.endswith((".org", ".ph")) or parts[0].lower() in reserved:
        return None
    name = parts[0].removeprefix("@")
    if not _TELEGRAM_NAME.fullmatch(name):
        return None
    if len(parts) > 1 and _DIGITS.fullmatch(parts[1]):
        return Named("post", name, post_id=parts[-1])
    return Named("account" if name.lower().endswith("bot") else "channel", name)


def reddit(url: Url, _: Collection[str]) -> Named | None:
    """`user/x`, `u/x`, `r/x`; a permalink is a post of the user or in the subreddit of its path."""
    parts = url.segments
    if url.host == "redd.it":
        return Named("post", post_id=parts[0]) if parts else None
    if len(parts) < 2 or parts[0].lower() not in ("r", "u", "user"):
        return None
    name = parts[1]
    if parts[0].lower() == "r" and name.lower().startswith(_SUBREDDIT_OF_USER):
        login = name[2:]
    else:
        login = f"r/{name}" if parts[0].lower() == "r" else name
    if len(parts) > 3 and parts[2] == "comments":
        return Named("post", login, post_id=parts[5] if len(parts) > 5 else parts[3])
    if len(parts) > 3 and parts[2] == "s":
        return None
    return Named("subreddit" if login.startswith("r/") else "account", login)


def tumblr(url: Url, reserved: Collection[str]) -> Named | None:
    """`x.tumblr.com`, `tumblr.com/x`, `tumblr.com/blog/view/x`; a number after the name is a post."""
    parts = url.segments
    sub = url.host.removesuffix("tumblr.com").removesuffix(".").removeprefix("www.")
    if url.host == "tmblr.co":
        return None
    if sub and sub != "www":
        name, rest = sub, parts
    else:
        if parts[:1] == ["blog"]:
            parts = parts[2:] if parts[1:2] == ["view"] else parts[1:]
        if not parts or parts[0].lower() in reserved:
            return None
        name, rest = parts[0].removeprefix("@"), parts[1:]
    if "." in name:
        return None
    number = next((part for part in rest[:2] if _DIGITS.fullmatch(part)), None)
    return Named("post", name, post_id=number) if number else Named("account", name)


def pinterest(url: Url, reserved: Collection[str]) -> Named | None:
    """`/user/`, `/user/board/`; pins in one form, so that country hosts and slugs meet; `pin.it` names nothing."""
    parts = url.segments
    if not parts or url.host == "pin.it" or url.host.endswith("pinimg.com"):
        return None
    first = parts[0].lower()
    if first == "pin" and len(parts) > 1:
        number = _PIN.fullmatch(parts[1])
        return Named("pin", post_id=number[1], url=f"https://www.pinterest.com/pin/{number[1]}/") if number else None
    if first in reserved:
        return None
    if len(parts) > 1 and not parts[1].startswith("_") and parts[1] not in ("pins", "boards", "followers", "following"):
        return Named("board", f"board/{parts[0]}/{parts[1]}")
    return Named("account", parts[0])


def linkedin(url: Url, _: Collection[str]) -> Named | None:
    """`in/x`, `company/x`, `school/x`, `groups/x`, with the prefix as part of the login (section 9)."""
    parts = url.segments
    if len(parts) < 2:
        return None
    first = parts[0].lower()
    if first in _LINKEDIN_KINDS:
        return Named(_LINKEDIN_KINDS[first], f"{first}/{parts[1]}")
    if first == "posts" or (first == "feed" and parts[1] == "update"):
        return Named("post", post_id=trailing_digits(parts[-1]))
    return None


def medium(url: Url, reserved: Collection[str]) -> Named | None:
    """`@x` or `x.medium.com`; what stands below is a post."""
    parts = url.segments
    sub = url.host.removesuffix("medium.com").removesuffix(".")
    if sub and sub != "www":
        name, rest = sub, parts
    elif parts and parts[0].startswith("@") and len(parts[0]) > 1:
        name, rest = parts[0][1:], parts[1:]
    elif len(parts) > 1 and parts[0] == "p" and _MEDIUM_POST.fullmatch(parts[1]):
        return Named("post", post_id=parts[1])
    else:
        return None
    if "." in sub or not rest or rest[0] in reserved or rest[0] in ("about", "followers", "following"):
        return Named("account", name) if "." not in sub else None
    post = _MEDIUM_POST.fullmatch(rest[-1])
    return Named("post", name, post_id=post[1] if post else None)


def vk(url: Url, reserved: Collection[str]) -> Named | None:
    """`idN` by its number, `publicN` and `clubN` are groups; `wall...` and the like are posts."""
    parts = url.segments
    if not parts or not url.host.endswith(("vk.com", "vk.ru", "vkontakte.ru")) or parts[0].lower() in reserved:
        return None
    first = parts[0]
    numbered = _VK_NUMBERED.fullmatch(first)
    if numbered:
        number = numbered[2]
        return Named("account", user_id=number) if numbered[1] == "id" else Named(_VK_GROUPS[numbered[1]], first)
    if _VK_THING.fullmatch(first) and any(c.isdigit() for c in first):
        return Named("post", post_id=first)
    return Named("account", first)


def ok(url: Url, _: Collection[str]) -> Named | None:
    """`profile/N`, `group/N`."""
    parts = url.segments
    if len(parts) < 2 or parts[0] not in ("profile", "group"):
        return None
    if len(parts) > 3 and parts[2] in ("statuses", "topic", "album"):
        return Named("post", post_id=parts[3])
    return Named("account", user_id=parts[1]) if parts[0] == "profile" else Named("group", f"group/{parts[1]}")


def github(url: Url, reserved: Collection[str]) -> Named | None:
    """The account is the first segment; a repository is something it published."""
    parts = url.segments
    if not parts or url.host.endswith("usercontent.com") or parts[0].lower() in reserved:
        return None
    if len(parts) > 1:
        return Named("post", parts[0], post_id=f"{parts[0]}/{parts[1]}")
    return Named("account", parts[0])


def blog(url: Url, not_blogs: Collection[str]) -> Named | None:
    """`x.blogspot.*`, `x.wordpress.com`: the blog is the subdomain, a path below it a post."""
    label = url.host.removeprefix("www.").partition(".")[0]
    if label in not_blogs or label in ("blogspot", "wordpress", "blogger", "draft"):
        return None
    parts = url.segments
    return Named("post", label, post_id="/".join(parts)) if parts else Named("blog", label)


def whatsapp(url: Url, _: Collection[str]) -> Named | None:
    """`whatsapp.com/channel/ID`; telephone numbers and invitations stay URLs (D20)."""
    parts = url.segments
    return Named("channel", user_id=parts[1]) if len(parts) > 1 and parts[0] == "channel" else None


def wikimedia(url: Url, _: Collection[str]) -> Named | None:
    """`/wiki/User:x` in the wiki's language, `?title=User:x`: the name as MediaWiki writes it."""
    parts = url.path.split("/wiki/", 1)
    title = parts[1] if len(parts) > 1 else url.parameter("title")
    found = _USER_SPACE.fullmatch(unquote(title)) if title else None
    name = wiki_user(found[1].partition("/")[0]) if found else ""
    return Named("account", name) if name else None


def wiki_user(name: str) -> str:
    """A user name as MediaWiki writes it: blanks for `_`, the first letter in upper case."""
    name = name.replace("_", " ").strip()
    return name[:1].upper() + name[1:]


PATH_RULES: dict[str, PathRule] = {
    "twitter": twitter,
    "facebook": facebook,
    "instagram": instagram,
    "threads": handles,
    "tiktok": handles,
    "youtube": youtube,
    "telegram": telegram,
    "reddit": reddit,
    "tumblr": tumblr,
    "pinterest": pinterest,
    "linkedin": linkedin,
    "medium": medium,
    "vk": vk,
    "ok": ok,
    "github": github,
    "blogger": blog,
    "wordpress": blog,
    "whatsapp": whatsapp,
    "wikimedia": wikimedia,
}
