"""The newest volume of an index, from listings as web servers write them."""

from __future__ import annotations

import pytest

from planetary_qgis.core.archives import catalog
from planetary_qgis.core.archives.newest_volume import listing_request, newest_label_url
from planetary_qgis.core.errors import PlanetaryError

APACHE = """<html><head><title>Index of /img/data/mro/ctx</title></head><body>
<h1>Index of /img/data/mro/ctx</h1><table><tr><th><a href="?C=N;O=D">Name</a></th></tr>
<tr><td><a href="/img/data/mro/">Parent Directory</a></td><td>&nbsp;</td></tr>
{rows}
</table></body></html>"""
NGINX = "<html><body><h1>Index of /</h1><pre><a href='../'>../</a>\n{rows}</pre></body></html>"


def rows(*hrefs):
    return "\n".join(f'<tr><td><a href="{href}">{href}</a></td></tr>' for href in hrefs)


def ctx(*hrefs, page=APACHE):
    return newest_label_url(catalog.find("mro.ctx.edr"), page.format(rows=rows(*hrefs)))


def lroc(*hrefs):
    return newest_label_url(catalog.find("lro.lroc.edr"), NGINX.format(rows=rows(*hrefs)))


CTX = "https://planetarydata.jpl.nasa.gov/img/data/mro/ctx/mrox_{}/index/cumindex.lbl"
LROC = (
    "https://pds.lroc.im-ldi.com/data/LRO-L-LROC-2-EDR-V1.0/LROLRC_{}/INDEX/CUMINDEX.LBL"
)  # fmt: skip


@pytest.mark.parametrize("page", [APACHE, NGINX])
def test_highest_number_wherever_it_stands(page):
    assert ctx("mrox_0001/", "mrox_5010/", "mrox_4999/", page=page) == CTX.format("5010")


def test_what_is_no_volume_is_passed_over():
    listed = ["mrox_0001/", "mrox_5010/", "mrox_5010_md5.txt", "mrox_9999_md5.txt", "nssdca/"]
    assert ctx(*listed, "old_mrox_9999/", "mrox_9998.zip") == CTX.format("5010")


def test_numbers_count_not_letters():
    assert ctx("mrox_9999/", "mrox_10000/") == CTX.format("10000")


@pytest.mark.parametrize(
    "href",
    [
        "mrox_5100",
        "./mrox_5100/",
        "/img/data/mro/ctx/mrox_5100/",
        "https://planetarydata.jpl.nasa.gov/img/data/mro/ctx/mrox_5100/",
        "mrox%5F5100/",
        "mrox_5100/?C=M",
    ],
)
def test_links_of_every_kind(href):
    assert ctx("mrox_0001/", href) == CTX.format("5100")


def test_letters_after_the_number():
    listed = ["LROLRC_0061A/", "LROLRC_0061C/", "LROLRC_0061B/", "LROLRC_0009/", "LROLRC_0060C/"]
    assert lroc(*listed) == LROC.format("0061C")


@pytest.mark.parametrize(
    "listing",
    ["", "not found", "<html>log in</html>", '<a href="http://[/mrox_1/">x</a>', "<a href>x</a>"],
)
def test_listing_without_volumes(listing):
    with pytest.raises(PlanetaryError, match="names no volume of MRO Context Camera") as caught:
        newest_label_url(catalog.find("mro.ctx.edr"), listing)
    assert "mro.ctx.edr" in caught.value.hint


def test_fixed_address_needs_no_listing():
    hirise = catalog.find("mro.hirise.rdr")
    assert listing_request(hirise) is None
    assert newest_label_url(hirise, "") == hirise.label_url


def test_request_for_the_listing():
    request = listing_request(catalog.find("mro.ctx.edr"))
    assert (request.url, request.method) == (
        "https://planetarydata.jpl.nasa.gov/img/data/mro/ctx/",
        "GET",
    )
