package page

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"guanxi/internal/crm"
)

// MediaType is how a browser sends a form.
const MediaType = "application/x-www-form-urlencoded"

// IsForm tells whether the request is a form that was filled in.
func IsForm(r *http.Request) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return r.Method == http.MethodPost && err == nil && media == MediaType
}

// MaxForm is the most bytes that a form may have; the answers of people fit.
const MaxForm = 64 << 10

// Filled is a form as it was sent, and what the operation says to it.
type Filled struct {
	Lang   Language
	Values url.Values
	Status int             // of the operation's answer
	Wrong  map[string]bool // the fields in which it finds mistakes
	Answer []byte          // its body
}

// Kind is how a field of a form stands in the JSON body; strings need none.
type Kind int

const (
	Checkbox Kind = iota + 1 // true where it is ticked, absent where not
	Integer
)

// Submit turns the form into the JSON body of the operation at the same
// address and asks it. A dot in a name leads into an object. Empty fields are left out; the field lang is the form's
// own. What is no form at all is Malformed.
func Submit(operation http.Handler, r *http.Request, kinds map[string]Kind) (Filled, error) {
	const op = "page.Submit"
	r.Body = http.MaxBytesReader(nil, r.Body, MaxForm)
	if err := r.ParseForm(); err != nil {
		return Filled{}, &crm.Error{Op: op, Kind: crm.Malformed, Detail: "the form can't be read", Err: err}
	}
	f := Filled{Lang: LanguageOf(r), Values: r.PostForm, Wrong: map[string]bool{}}
	if lang := Language(r.PostForm.Get("lang")); lang == Chinese || lang == English {
		f.Lang = lang
	}
	body := map[string]any{}
	for name, values := range r.PostForm {
		if len(values) != 1 {
			return f, crm.Fail(op, crm.Malformed, "a field is given more than once")
		}
		if name != "lang" && values[0] != "" {
			put(body, name, value(kinds[name], values[0]))
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return f, &crm.Error{Op: op, Err: err}
	}
	asked, err := http.NewRequestWithContext(r.Context(), http.MethodPost, "/", bytes.NewReader(text))
	if err != nil {
		return f, &crm.Error{Op: op, Err: err}
	}
	asked.URL = &url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath}
	asked.Header.Set("Content-Type", "application/json")
	asked.Host, asked.RemoteAddr = r.Host, r.RemoteAddr
	out := answer{header: http.Header{}}
	operation.ServeHTTP(&out, asked)
	f.Status, f.Answer = out.status, out.body.Bytes()
	var problem struct {
		Errors []crm.Field `json:"errors"`
	}
	if f.Status >= 400 && json.Unmarshal(f.Answer, &problem) == nil {
		for _, wrong := range problem.Errors {
			f.Wrong[wrong.Path] = true
		}
	}
	return f, nil
}

// put sets a member; the field "replies.why" is the member why of the object
// replies, which is also how a mistake in it is named.
func put(body map[string]any, name string, value any) {
	of, member, nested := strings.Cut(name, ".")
	if !nested {
		body[name] = value
		return
	}
	inner, ok := body[of].(map[string]any)
	if !ok {
		inner = map[string]any{}
		body[of] = inner
	}
	inner[member] = value
}

// value is a field's value in JSON; what can't be of its kind stays a string,
// and the operation refuses it.
func value(kind Kind, text string) any {
	switch kind {
	case Checkbox:
		if slices.Contains([]string{"on", "true"}, text) {
			return true
		}
	case Integer:
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
	}
	return text
}

// answer is what the operation answers.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}
