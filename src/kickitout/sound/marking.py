"""What a file says of where its sound comes from: that a model made it, and whose it is.

In words for people, and for programs by IPTC's digital source types (cv.iptc.org/newscodes/digitalsourcetype), in an
XMP packet (ISO 16684-1), in which other media say the same.
"""

from dataclasses import dataclass
from xml.sax.saxutils import escape

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""What IPTC's names begin with."""

MADE = "trainedAlgorithmicMedia"
"""IPTC's name for what a trained model made."""

MADE_WITH_OTHERS = "compositeWithTrainedAlgorithmicMedia"
"""IPTC's name for what a trained model made out of something that it did not make."""

XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">\n'
    "<xmp:CreatorTool>{software}</xmp:CreatorTool>\n"
    "{kind}"
    '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{words}</rdf:li></rdf:Alt></dc:description>\n'
    '<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{rights}</rdf:li></rdf:Alt></dc:rights>\n'
    "</rdf:Description>\n"
    "</rdf:RDF>\n"
    "</x:xmpmeta>\n"
    '<?xpacket end="r"?>'
)
"""The packet, a template."""

XMP_KIND = "<Iptc4xmpExt:DigitalSourceType>{uri}</Iptc4xmpExt:DigitalSourceType>\n"


@dataclass(frozen=True)
class Marking:
    """Where a sound comes from.

    Attributes:
        words: a sentence on who or what made it.
        rights: a sentence on what may be done with it.
        kind: IPTC's name; None of a sound in which nothing is a model's.
    """

    words: str
    rights: str
    kind: str | None = None

    @property
    def uri(self) -> str | None:
        """IPTC's address for the kind."""
        return None if self.kind is None else SOURCE_TYPES + self.kind

    @property
    def text(self) -> str:
        """All in one line, the kind first: a field that is too short for all cuts the end."""
        return " ".join(part for part in (self.kind and f"{self.kind}:", self.words, self.rights) if part)


def xmp_packet(marking: Marking, software: str) -> str:
    """The XMP packet that says so, without a time: the same for the same."""
    kind = "" if marking.uri is None else XMP_KIND.format(uri=marking.uri)
    words, rights = escape(marking.words), escape(marking.rights)
    return XMP.format(kind=kind, words=words, rights=rights, software=escape(software))
