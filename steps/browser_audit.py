"""The Audit Trails in a browser."""

from collections.abc import Mapping

from scimulate.steps.browser_tab import PortalTab
from scimulate.steps.portal_audit import EVERYTHING, AuditDetail, AuditEntry, unpacked
from scimulate.steps.portal_calls import Refusal

AUDIT_PATH = "/audit"
TIME_ZONE = " UTC"


class AuditInBrowser:
    """The area through its pages."""

    def __init__(self, tab: PortalTab) -> None:
        self._tab = tab

    def entries(self, filters: Mapping[str, str] = EVERYTHING, page: int = 1) -> list[AuditEntry]:
        self._filter(filters)
        for _ in range(1, page):
            self._tab.press("#next")
        return [
            AuditEntry(
                row["id"].removeprefix("audit-"),
                row["name"],
                row["type"],
                row["category"],
                row["activity"],
                row["performed_by"],
                row["performed_at"].removesuffix(TIME_ZONE),
            )
            for row in self._tab.rows("audit")
        ]

    def count(self, filters: Mapping[str, str] = EVERYTHING) -> int:
        self._filter(filters)
        return int(self._tab.page.locator("#total").get_attribute("data-value") or 0)

    def detail(self, number: str) -> AuditDetail:
        self._tab.open(f"{AUDIT_PATH}/{number}")
        (shown,) = self._tab.rows("audit_detail")
        return AuditDetail(
            shown["performed_at"].removesuffix(TIME_ZONE),
            shown["activity"],
            shown["performed_by"],
            shown["details"],
            shown["status"],
            tuple((row["attribute"], row["before"], row["after"]) for row in self._tab.rows("changes")),
        )

    def export(self, format_name: str) -> str:
        self._tab.open(AUDIT_PATH)
        return unpacked(self._tab.downloaded(f"#export-{format_name}"))

    def switch_off(self) -> Refusal | None:
        """No page offers it."""
        self._tab.open(AUDIT_PATH)
        return self._tab.calls_of_this_session().change("DELETE", "/audit")

    def _filter(self, filters: Mapping[str, str]) -> None:
        self._tab.open(AUDIT_PATH)
        if filters:
            self._tab.fill("#filters", filters)
            self._tab.press("#apply")
