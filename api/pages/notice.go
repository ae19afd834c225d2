package pages

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"offsite/casework"
)

// Notices reads what stands behind a party's link, so that it can be read before
// any script has run, and without one; false where nothing does.
type Notices func(ctx context.Context, token string) (casework.PortalNotice, bool)

const root = `<div id="root"></div>`

// notice is the party's page without a script. The portal replaces it when it has
// its data.
var notice = template.Must(template.New("notice").Funcs(template.FuncMap{"yuan": yuan}).Parse(`<div id="root"><div class="portal" id="notice"><main>
<p class="muted">{{.Bureau}}</p>
<h1>{{or .Object .Place}}：{{.Matter}}</h1>
<section><h2>发生了什么</h2><p>{{.What}}</p><dl>
<dt>时间</dt><dd>{{.At}}</dd><dt>地点</dt><dd>{{.Place}}</dd>{{with .Party}}<dt>当事人</dt><dd>{{.}}</dd>{{end}}<dt>依据</dt><dd>{{.Basis}}</dd>{{with .Number}}<dt>案号</dt><dd>{{.}}</dd>{{end}}
</dl></section>
{{if or .Deadlines .OwedFen}}<section class="urgent"><h2>期限</h2>{{if .OwedFen}}<p class="amount">{{yuan .OwedFen}}</p>{{end}}<dl>{{range .Deadlines}}<dt>{{.ZH}}</dt><dd class="until">{{.Day}} 前</dd>{{end}}</dl></section>{{end}}
<section><h2>到哪里办</h2><dl><dt>地址</dt><dd>{{.Address}}</dd><dt>电话</dt><dd>{{.Phone}}</dd></dl></section>
<section lang="en"><h2>{{.MatterEN}}</h2><p>{{.WhatEN}}</p><dl>{{range .Deadlines}}<dt>{{.EN}}</dt><dd>by {{.Day}}</dd>{{end}}<dt>Office</dt><dd>{{.Address}}, {{.Phone}}</dd></dl></section>
</main></div></div>`))

func yuan(fen int64) string { return fmt.Sprintf("¥%d.%02d", fen/100, fen%100) }

// withNotice puts the notice behind the link into the page; a link that opens
// nothing leaves the page as it is, for the portal to say so.
func (p *Pages) withNotice(r *http.Request, page []byte) []byte {
	token, isLink := strings.CutPrefix(r.URL.Path, "/p/")
	if !isLink || p.notices == nil {
		return page
	}
	n, ok := p.notices(r.Context(), token)
	if !ok {
		return page
	}
	var text bytes.Buffer
	if err := notice.Execute(&text, n); err != nil {
		return page
	}
	return bytes.Replace(page, []byte(root), text.Bytes(), 1)
}
