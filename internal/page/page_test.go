package page_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"guanxi/internal/crm"
	"guanxi/internal/page"
)

func TestThePageSpeaksTheReadersLanguage(t *testing.T) {
	for _, c := range []struct {
		query, accepts string
		want           page.Language
	}{
		{"", "", page.Chinese},
		{"", "zh-CN,zh;q=0.9,en;q=0.8", page.Chinese},
		{"", "en-GB", page.English},
		{"", "fr, en;q=0.5", page.English},
		{"", "fr", page.Chinese},
		{"?lang=en", "zh", page.English},
		{"?lang=fr", "en", page.English},
		{"", ",;q=1,e", page.Chinese},
	} {
		r := httptest.NewRequest(http.MethodGet, "/v1/sign-up/sh-001"+c.query, nil)
		r.Header.Set("Accept-Language", c.accepts)
		if got := page.LanguageOf(r); got != c.want {
			t.Errorf("%q, %q: %s", c.query, c.accepts, got)
		}
	}
}

func TestNothingTypedBecomesMarkup(t *testing.T) {
	sheet := page.New(`{{define "title"}}{{.Typed}}{{end}}{{define "content"}}<input value="{{.Typed}}">{{say .Lang "你好" "Hello"}}{{end}}`)
	w := httptest.NewRecorder()
	sheet.Write(w, http.StatusOK, map[string]any{"Lang": page.English, "Typed": `"><script>alert(1)</script>`})
	if text := w.Body.String(); strings.Contains(text, "<script>") || !strings.Contains(text, "Hello") || !strings.Contains(text, `lang="en"`) {
		t.Error(text)
	}
	if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "style-src 'sha256-") {
		t.Error(policy)
	}
}

// form is a form as a browser sends it.
func form(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/v1/sign-up/sh-001", strings.NewReader(body))
	r.Header.Set("Content-Type", page.MediaType+"; charset=utf-8")
	return r
}

func TestAFormIsAskedAsJSON(t *testing.T) {
	var asked string
	operation := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = r.Method + " " + r.URL.Path + " " + r.Header.Get("Content-Type") + " " + string(body)
		w.WriteHeader(http.StatusUnprocessableEntity)
		_ = json.NewEncoder(w).Encode(map[string]any{"errors": []crm.Field{{Path: "phone", Message: "no"}}})
	})
	kinds := map[string]page.Kind{"marketing": page.Checkbox, "score": page.Integer}
	f, err := page.Submit(operation, form("lang=en&name=%E6%9D%8E&phone=12&email=&marketing=on&score=9"), kinds)
	if err != nil || f.Lang != page.English || f.Status != http.StatusUnprocessableEntity || !f.Wrong["phone"] || len(f.Wrong) != 1 || f.Values.Get("name") != "李" {
		t.Errorf("%+v %v", f, err)
	}
	if want := `POST /v1/sign-up/sh-001 application/json {"marketing":true,"name":"李","phone":"12","score":9}`; asked != want {
		t.Errorf("asked %s\nwant  %s", asked, want)
	}
	if _, err := page.Submit(operation, form("replies.why=service&replies.more=slow"), kinds); err != nil || !strings.HasSuffix(asked, `{"replies":{"more":"slow","why":"service"}}`) {
		t.Errorf("a field of an object: %s %v", asked, err)
	}
	if _, err := page.Submit(operation, form("marketing=maybe&score=many"), kinds); err != nil || !strings.HasSuffix(asked, `{"marketing":"maybe","score":"many"}`) {
		t.Errorf("what is not of its kind is the operation's to refuse: %s %v", asked, err)
	}
	for name, body := range map[string]string{"twice": "name=a&name=b", "not a form": "name=%zz", "endless": "name=" + url.QueryEscape(strings.Repeat("a", 1<<17))} {
		if _, err := page.Submit(operation, form(body), kinds); crm.KindOf(err) != crm.Malformed {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOnlyAFormIsAForm(t *testing.T) {
	for media, want := range map[string]bool{page.MediaType: true, page.MediaType + ";charset=UTF-8": true, "application/json": false, "": false, "multipart/form-data; boundary=x": false} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("Content-Type", media)
		if page.IsForm(r) != want {
			t.Errorf("%q: %v", media, !want)
		}
	}
	if r := httptest.NewRequest(http.MethodGet, "/", nil); page.IsForm(r) {
		t.Error("a GET is a form")
	}
}
