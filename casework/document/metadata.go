package document

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"math"
	"strings"
	"time"
)

// metadata is what a PDF says of itself.
type metadata struct {
	title, author, subject string
	made                   time.Time
}

const maker = "Offsite"

// xmp is the metadata as PDF/A wants it, equal to the information dictionary.
func (m metadata) xmp() []byte {
	const head = "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
	return []byte(head + fmt.Sprintf(`<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>%s</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:description>
<xmp:CreatorTool>%s</xmp:CreatorTool>
<xmp:CreateDate>%s</xmp:CreateDate>
<pdf:Producer>%s</pdf:Producer>
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>`, escape(m.title), escape(m.author), escape(m.subject), maker, m.made.In(legal()).Format("2006-01-02T15:04:05-07:00"), maker))
}

func escape(text string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return "" // a strings.Builder takes everything
	}
	return b.String()
}

// colourProfile is an ICC profile with sRGB's primaries and a gamma of 2.2: it says what
// the paper's few colours mean.
func colourProfile() []byte {
	type tag struct {
		name string
		data []byte
	}
	curve := []byte{'c', 'u', 'r', 'v', 0, 0, 0, 0, 0, 0, 0, 1, 2, 0x33, 0, 0}
	tags := []tag{
		{"desc", describe("sRGB primaries, gamma 2.2")},
		{"cprt", append([]byte("text\x00\x00\x00\x00No copyright, use freely"), 0, 0, 0, 0)},
		{"wtpt", xyz(0.9642, 1, 0.8249)},
		{"rXYZ", xyz(0.4360747, 0.2225045, 0.0139322)},
		{"gXYZ", xyz(0.3850649, 0.7168786, 0.0971045)},
		{"bXYZ", xyz(0.1430804, 0.0606169, 0.7141733)},
		{"rTRC", curve}, {"gTRC", curve}, {"bTRC", curve},
	}
	var table, body bytes.Buffer
	start := 128 + 4 + 12*len(tags)
	_ = binary.Write(&table, binary.BigEndian, uint32(len(tags))) // a bytes.Buffer takes everything
	for _, t := range tags {
		table.WriteString(t.name)
		_ = binary.Write(&table, binary.BigEndian, []uint32{uint32(start + body.Len()), uint32(len(t.data))})
		body.Write(t.data)
		body.Write(make([]byte, (4-len(t.data)%4)%4))
	}
	head := make([]byte, 128)
	binary.BigEndian.PutUint32(head, uint32(start+body.Len()))
	binary.BigEndian.PutUint32(head[8:], 0x02100000)
	copy(head[12:], "mntrRGB XYZ ")
	binary.BigEndian.PutUint16(head[24:], 2026)
	binary.BigEndian.PutUint16(head[26:], 1)
	binary.BigEndian.PutUint16(head[28:], 1)
	copy(head[36:], "acsp")
	copy(head[68:], xyz(0.9642, 1, 0.8249)[8:])
	return append(append(head, table.Bytes()...), body.Bytes()...)
}

func xyz(x, y, z float64) []byte {
	out := append([]byte("XYZ "), 0, 0, 0, 0)
	for _, v := range []float64{x, y, z} {
		out = binary.BigEndian.AppendUint32(out, uint32(math.Round(v*65536)))
	}
	return out
}

// describe is a profile's name in the form of ICC version 2.
func describe(text string) []byte {
	out := append([]byte("desc"), 0, 0, 0, 0)
	out = binary.BigEndian.AppendUint32(out, uint32(len(text)+1))
	out = append(append(out, text...), 0)
	return append(out, make([]byte, 78)...)
}
