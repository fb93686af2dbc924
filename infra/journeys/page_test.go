package journeys_test

import (
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"
)

// accepted is what browsers ask for first.
const accepted = "text/html,application/xhtml+xml,*/*;q=0.8"

// openPage is a browser that prefers a language, and has no token.
func openPage(j *journey, a args) error {
	return j.call(http.MethodGet, a["path"], "nobody", http.Header{"Accept": {accepted}, "Accept-Language": {orElse(a["in"], "zh-CN,zh;q=0.9")}}, nil)
}

// submitForm sends a form as browsers do.
func submitForm(j *journey, a args) error {
	return j.call(http.MethodPost, a["path"], "nobody", http.Header{"Accept": {accepted}, "Content-Type": {"application/x-www-form-urlencoded"}}, []byte(a["form"]))
}

// expectPage wants a page that shows the text, runs no scripts and is kept by nobody.
func expectPage(j *journey, a args) error {
	h := j.answer.header
	if !strings.HasPrefix(h.Get("Content-Type"), "text/html") || !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'") || h.Get("Cache-Control") != "no-store" {
		return fmt.Errorf("not a page of ours: %v %s", h, j.answer)
	}
	if err := same("status", strconv.Itoa(j.answer.status), a["status"]); err != nil {
		return err
	}
	if shown := html.UnescapeString(string(j.answer.body)); !strings.Contains(shown, a["text"]) {
		return fmt.Errorf("the page does not show %q: %s", a["text"], shown)
	}
	return nil
}
