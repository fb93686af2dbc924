// Package page is HTML for people who have no app: plain forms in Chinese and
// English, for any phone, without scripts. A form is a client of the JSON
// operation at its own address, so that there is one way in and one set of
// rules; the page only words what the operation answers.
package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"
)

var (
	//go:embed layout.html
	layout string
	//go:embed style.css
	style string
)

// Language is "zh" or "en".
type Language string

const (
	Chinese Language = "zh"
	English Language = "en"
)

// LanguageOf is the one that the query names (?lang=en), or else the browser
// prefers. Who says nothing reads Chinese.
func LanguageOf(r *http.Request) Language {
	switch lang := Language(r.URL.Query().Get("lang")); lang {
	case Chinese, English:
		return lang
	}
	for wanted := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		switch strings.ToLower(strings.TrimSpace(wanted) + "  ")[:2] {
		case "zh":
			return Chinese
		case "en":
			return English
		}
	}
	return Chinese
}

// Page is a kind of page.
type Page struct {
	template *template.Template
	policy   string // Content-Security-Policy
}

// New makes a page of a template that defines "title" and "content"; in it
// {{say .Lang "你好" "Hello"}} is one or the other. The data has a field Lang.
func New(content string) Page {
	hash := sha256.Sum256([]byte(style))
	words := template.FuncMap{
		"style": func() template.HTML { return template.HTML("<style>" + style + "</style>") },
		"say": func(lang Language, chinese, english string) string {
			if lang == English {
				return english
			}
			return chinese
		},
	}
	return Page{template.Must(template.Must(template.New("page").Funcs(words).Parse(layout)).Parse(content)),
		"default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"}
}

// Write answers with the page. It may hold what somebody typed, so nobody keeps it.
func (p Page) Write(w http.ResponseWriter, status int, data any) {
	var text bytes.Buffer
	if err := p.template.Execute(&text, data); err != nil {
		panic(err) // a template that does not fit its data: a fault of the program
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", p.policy)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes())
}
