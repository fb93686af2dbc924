package api

import (
	"encoding/json"
	"net/url"
	"testing"

	"guanxi/internal/crm"
)

func TestAPatchIsMergedAndHeldToTheSchema(t *testing.T) {
	for name, c := range map[string]struct {
		patch  string
		status int
		want   string // the body, or the place of the error
	}{
		"one field":          {`{"name":"new"}`, 200, `{"name":"new","size":1152921504606846976,"inner":{"city":"上海","zip":"200000"},"tags":["a"],"made":"2026"}`},
		"nothing":            {`{}`, 200, `{"name":"old","size":1152921504606846976,"inner":{"city":"上海","zip":"200000"},"tags":["a"],"made":"2026"}`},
		"removed":            {`{"size":null,"inner":null,"tags":null}`, 200, `{"name":"old","made":"2026"}`},
		"inside":             {`{"size":2,"inner":{"zip":null,"city":"北京"}}`, 200, `{"name":"old","size":2,"inner":{"city":"北京"},"tags":["a"],"made":"2026"}`},
		"a list as a whole":  {`{"size":2,"tags":["b","c"]}`, 200, `{"name":"old","size":2,"inner":{"city":"上海","zip":"200000"},"tags":["b","c"],"made":"2026"}`},
		"sent back the same": {`{"size":2,"made":"2026"}`, 200, `{"name":"old","size":2,"inner":{"city":"上海","zip":"200000"},"tags":["a"],"made":"2026"}`},
		"required removed":   {`{"name":null}`, 422, "name"},
		"against the schema": {`{"name":""}`, 422, "name"},
		"deep against it":    {`{"inner":{"city":"12345678901"}}`, 422, "inner.city"},
		"not to be changed":  {`{"made":"2027"}`, 422, "made"},
		"not to be removed":  {`{"made":null}`, 422, "made"},
		"unknown":            {`{"nmae":"x"}`, 400, "nmae"},
		"unknown inside":     {`{"inner":{"town":"x"}}`, 400, "inner.town"},
		"not an object":      {`"x"`, 422, ""},
		"null":               {`null`, 422, ""},
	} {
		for _, media := range []string{"application/merge-patch+json", "application/json"} {
			out := newRig().call("admin", "PATCH", "/v1/things/1", c.patch, `If-Match: "7"`, "Content-Type: "+media)
			if c.status != 200 {
				wantProblem(t, name, out, c.status, c.want)
				continue
			}
			var got, want any
			if err := json.Unmarshal(out.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(c.want), &want); err != nil {
				t.Fatal(err)
			}
			if g, w := out.Body.String(), c.want+"\n"; out.Code != 200 || g != w {
				t.Errorf("%s: %d %s\nwant %s", name, out.Code, g, w)
			}
		}
	}
}

func TestAChangeStatesWhatItIsBasedOn(t *testing.T) {
	for match, want := range map[string]int{
		"": 428, `"7"`: 200, `"6"`: 412, `W/"7"`: 412, `7`: 412, `*`: 200, `"6", "7"`: 200,
	} {
		out := newRig().call("admin", "PATCH", "/v1/things/1", `{}`, "If-Match: "+match)
		if out.Code != want {
			t.Errorf("If-Match: %s: %d %s", match, out.Code, out.Body)
		}
	}
}

func TestACursorBelongsToItsCallerAndQuery(t *testing.T) {
	r := newRig()
	page := func(who, query string) (at, next string, status int) {
		out := r.call(crm.Subject(who), "GET", "/v1/things"+query, "")
		var body listOut
		if err := json.Unmarshal(out.Body.Bytes(), &body.Body); err != nil {
			t.Fatal(err)
		}
		return body.Body.At, body.Body.Next, out.Code
	}
	_, cursor, _ := page("sales", "?limit=5&name=a")
	with := func(query string) string { return query + "&cursor=" + url.QueryEscape(cursor) }
	if at, _, status := page("sales", with("?limit=9&name=a")); at != "after 5" || status != 200 {
		t.Errorf("the next page begins %q, %d", at, status)
	}
	for name, c := range map[string]struct{ who, query string }{
		"somebody else": {"manager", with("?name=a")},
		"another query": {"sales", with("?name=b")},
		"without it":    {"sales", with("?limit=1")},
		"not base64":    {"sales", "?name=a&cursor=x"},
		"made up":       {"sales", "?name=a&cursor=YWZ0ZXIgNQ"},
	} {
		wantProblem(t, name, r.call(crm.Subject(c.who), "GET", "/v1/things"+c.query, ""), 400, "query.cursor")
	}
	wantProblem(t, "no cursor at all", r.call("sales", "GET", "/v1/things?name=a&cursor=*", ""), 422, "query.cursor")
	r.cursors = box{down: true}
	wantProblem(t, "without keys", r.call("sales", "GET", "/v1/things"+with("?name=a"), ""), 503)
}
