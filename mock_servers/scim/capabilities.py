"""What the server supports of what the RFCs leave to it: told by ServiceProviderConfig, and kept to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Capabilities:
    """All of it, unless a tenant is to be a server that lacks something."""

    patch_supported: bool = True
    """PATCH; else it is answered with 501 (RFC 7644 §3.12)."""
    bulk_supported: bool = True
    """`/Bulk`; else it is answered with 501."""
    filter_supported: bool = True
    """Filters; else they are answered as the reading `unsupported_filter` says."""
    sort_supported: bool = True
    """`sortBy`; else it is answered as the reading `unsupported_sort` says."""
    etag_supported: bool = True
    """Versions, ETag, If-Match and If-None-Match; else no version is shown, and the headers are passed over."""
    change_password_supported: bool = True
    """`password` can be set; else no schema has it."""
    index_paging_supported: bool = True
    """`startIndex`; else lists are paged by cursor alone (RFC 9865)."""
    cursor_paging_supported: bool = True
    """`cursor` (RFC 9865); else the parameter is passed over."""
    me_supported: bool = True
    """`/Me`; else it is answered as the reading `unsupported_me` says."""
    search_supported: bool = True
    """POST on `.search`; else it is answered with 501."""
    root_query_supported: bool = True
    """Queries at the service root; else they are answered with 501."""
