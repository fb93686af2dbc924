package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/crm"
)

// A tiny resource with everything that real ones have. It borrows the ids of
// real operations, because only those have a row in the table of roles.

type thing struct {
	Name  string   `json:"name" minLength:"1" maxLength:"20"`
	Size  int64    `json:"size,omitempty" minimum:"1"`
	Inner *inner   `json:"inner,omitempty"`
	Tags  []string `json:"tags,omitempty" nullable:"false" maxItems:"3"`
	Made  string   `json:"made,omitempty" readOnly:"true"`
}

type inner struct {
	City string `json:"city" maxLength:"10"`
	Zip  string `json:"zip,omitempty"`
}

type thingOut struct {
	ETag string `header:"ETag"`
	Body thing
}

type listOut struct {
	Body struct {
		Caller string `json:"caller"`
		Scope  Scope  `json:"scope"`
		At     string `json:"at"`
		Next   string `json:"next_cursor,omitempty"`
	}
}

// staff has one member of each role, named like it, in store sh-001; mallory
// was dismissed.
type staff struct {
	reads int
	down  bool
}

func (s *staff) Staff(_ context.Context, subject crm.Subject) (crm.Staff, error) {
	s.reads++
	if s.down {
		return crm.Staff{}, crm.Fail("test", crm.Unavailable, "no table")
	}
	for _, role := range Roles() {
		if subject == crm.Subject(role) {
			return crm.Staff{Subject: subject, Role: string(role), Stores: []crm.StoreID{"sh-001"}, Active: true}, nil
		}
	}
	if subject == "mallory" {
		return crm.Staff{Subject: subject, Role: string(Admin)}, nil
	}
	return crm.Staff{}, crm.Fail("test", crm.NotFound, "nobody")
}

// box is a Sealer that can be read, but not opened with another bound.
type box struct{ down bool }

func (box) Seal(_ context.Context, clear, bound []byte) ([]byte, error) {
	return fmt.Appendf(nil, "%s\x00%s", bound, clear), nil
}

func (b box) Open(_ context.Context, sealed, bound []byte) ([]byte, error) {
	if b.down {
		return nil, crm.Fail("test", crm.Unavailable, "no keys")
	}
	clear, ok := bytes.CutPrefix(sealed, append(bytes.Clone(bound), 0))
	if !ok {
		return nil, errors.New("forged")
	}
	return clear, nil
}

// rig is an API with the tiny resource.
type rig struct {
	*API
	staff *staff
	log   *bytes.Buffer
	shelf *shelf
	fails error // what reading a thing returns

	created int
}

func newRig() *rig {
	r := &rig{staff: &staff{}, log: &bytes.Buffer{}, shelf: &shelf{answers: map[string][]byte{}}}
	r.API = New(Config{Log: slog.New(slog.NewJSONHandler(r.log, nil)), Staff: r.staff, FirstAdmin: "root", Cursors: box{}, Replays: r.shelf, Describe: true})
	Register(r.API, huma.Operation{OperationID: "list-customers", Method: http.MethodGet, Path: "/v1/things"},
		func(ctx context.Context, in *struct {
			Page
			Name string `query:"name"`
		}) (*listOut, error) {
			at, err := r.OpenCursor(ctx, in.Cursor)
			if err != nil {
				return nil, err
			}
			out := &listOut{}
			caller := CallerOf(ctx)
			out.Body.Caller, out.Body.Scope, out.Body.At = string(caller.Subject), caller.Scope, at
			out.Body.Next, err = r.SealCursor(ctx, fmt.Sprintf("after %d", in.Limit))
			return out, err
		})
	Register(r.API, huma.Operation{OperationID: "create-customer", Method: http.MethodPost, Path: "/v1/things", DefaultStatus: 201},
		func(ctx context.Context, in *struct {
			Loud bool `query:"loud"`
			Body thing
		}) (*thingOut, error) {
			if r.fails != nil {
				return nil, r.fails
			}
			out := Promise(ctx, &thingOut{ETag: ETag("1"), Body: in.Body})
			return out, r.shelf.commit(ctx, func() { r.created++ })
		})
	Register(r.API, huma.Operation{OperationID: "read-customer", Method: http.MethodGet, Path: "/v1/things/{id}"},
		func(_ context.Context, in *struct {
			ID string `path:"id" maxLength:"10"`
		}) (*thingOut, error) {
			return &thingOut{ETag: ETag("1"), Body: thing{Name: in.ID}}, r.fails
		})
	Register(r.API, huma.Operation{OperationID: "update-customer", Method: http.MethodPatch, Path: "/v1/things/{id}"},
		func(_ context.Context, in *struct {
			ID string `path:"id"`
			IfMatch
			Body Patch[thing] `contentType:"application/merge-patch+json"`
		}) (*thingOut, error) {
			if err := in.Expect("7"); err != nil {
				return nil, err
			}
			after, err := in.Body.Apply(thing{Name: "old", Size: 1 << 60, Inner: &inner{City: "上海", Zip: "200000"}, Tags: []string{"a"}, Made: "2026"})
			return &thingOut{Body: after}, err
		})
	return r
}

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// call makes a request as a subject at noon; header lines are "Name: value".
func (r *rig) call(subject crm.Subject, method, target, body string, header ...string) *httptest.ResponseRecorder {
	return r.callAt(noon, subject, method, target, body, header...)
}

func (r *rig) callAt(at time.Time, subject crm.Subject, method, target, body string, header ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		request.Header.Set(name, value)
	}
	out := httptest.NewRecorder()
	r.ServeHTTP(out, request.WithContext(crm.WithEvent(context.Background(), crm.Event{At: at, Trace: "trace-1", Subject: subject})))
	return out
}

// wantProblem holds an answer to be the problem of a status; paths are where
// the errors must be.
func wantProblem(t *testing.T, what string, out *httptest.ResponseRecorder, status int, paths ...string) Problem {
	t.Helper()
	var p Problem
	if err := json.Unmarshal(out.Body.Bytes(), &p); err != nil {
		t.Errorf("%s: %v in %q", what, err, out.Body)
		return p
	}
	var at []string
	for _, e := range p.Errors {
		at = append(at, e.Path)
	}
	if out.Code != status || p.Status != status || p.Title != http.StatusText(status) || p.Type != "about:blank" ||
		out.Header().Get("Content-Type") != "application/problem+json" || strings.Join(at, " ") != strings.Join(paths, " ") {
		t.Errorf("%s: %d, want %d at %v: %s", what, out.Code, status, paths, out.Body)
	}
	return p
}

func TestBodiesAreReadStrictly(t *testing.T) {
	deep := strings.Repeat(`{"inner":`, 1000) + "1" + strings.Repeat("}", 1000)
	for name, c := range map[string]struct {
		body   string
		status int
		paths  []string
	}{
		"not JSON":            {`{"name":`, 400, nil},
		"not JSON at all":     {`name=x`, 400, nil},
		"two values":          {`{"name":"x"}{}`, 400, nil},
		"not UTF-8":           {"{\"name\":\"\xff\"}", 400, nil},
		"too deep":            {deep, 400, nil},
		"an unknown field":    {`{"name":"x","nmae":"y","inner":{"city":"x","town":1}}`, 400, []string{"nmae", "inner.town"}},
		"another case":        {`{"Name":"x"}`, 400, []string{"Name"}},
		"twice":               {`{"name":"x","size":1,"size":2}`, 400, []string{"size"}},
		"twice inside":        {`{"name":"x","inner":{"zip":"1","zip":"2"}}`, 400, []string{"inner.zip"}},
		"null":                {`{"name":"x","inner":{"city":null},"tags":null}`, 422, []string{"inner.city", "tags"}},
		"null instead":        {`null`, 422, []string{""}},
		"missing":             {`{"size":1}`, 422, []string{"name"}},
		"missing inside":      {`{"name":"x","inner":{}}`, 422, []string{"inner.city"}},
		"wrong types":         {`{"name":5,"tags":[1]}`, 422, []string{"name", "tags[0]"}},
		"a list":              {`[]`, 422, []string{""}},
		"out of the schema":   {`{"name":"","size":0,"inner":{"city":"12345678901"}}`, 422, []string{"inner.city", "name", "size"}},
		"out of the type":     {`{"name":"x","size":1e300}`, 422, []string{""}},
		"no body":             {``, 400, nil},
		"one byte too many":   {`{"name":"` + strings.Repeat("x", MaxBody) + `"}`, 413, nil},
		"as many as may come": {`{"name":"x"` + strings.Repeat(" ", MaxBody-13) + `}`, 201, nil},
		"right":               {`{"name":"李雷","size":9007199254740993,"inner":{"city":"上海"},"tags":["a"]}`, 201, nil},
	} {
		r := newRig()
		out := r.call("admin", "POST", "/v1/things", c.body)
		if c.status == 201 {
			if out.Code != 201 || out.Header().Get("ETag") != `"1"` {
				t.Errorf("%s: %d %s", name, out.Code, out.Body)
			}
			continue
		}
		p := wantProblem(t, name, out, c.status, c.paths...)
		if p.Instance != "/v1/things" || p.Trace != "trace-1" {
			t.Errorf("%s: instance %q, trace %q", name, p.Instance, p.Trace)
		}
		if strings.Contains(out.Body.String(), "json:") || strings.Contains(out.Body.String(), "api.thing") {
			t.Errorf("%s: speaks Go: %s", name, out.Body)
		}
	}
	if out := newRig().call("admin", "POST", "/v1/things", `{"name":"x","size":9007199254740993}`); !strings.Contains(out.Body.String(), "9007199254740993") {
		t.Errorf("a number was rounded: %s", out.Body)
	}
}

// What a client sent is personal data: it is not sent back.
func TestProblemsDoNotEchoValues(t *testing.T) {
	out := newRig().call("admin", "POST", "/v1/things", `{"name":"a name of more than twenty characters"}`)
	wantProblem(t, "too long", out, 422, "name")
	if strings.Contains(out.Body.String(), "a name of") {
		t.Errorf("%s", out.Body)
	}
}

func TestOnlyJSONIsTaken(t *testing.T) {
	for _, media := range []string{"text/plain", "application/x-www-form-urlencoded", "", "application/xml", "nonsense", "application/merge-patch+json"} {
		wantProblem(t, media, newRig().call("admin", "POST", "/v1/things", `{"name":"x"}`, "Content-Type: "+media), 415)
	}
	if out := newRig().call("admin", "POST", "/v1/things", `{"name":"x"}`, "Content-Type: application/json; charset=utf-8"); out.Code != 201 {
		t.Errorf("%d %s", out.Code, out.Body)
	}
}

func TestQueriesAreReadStrictly(t *testing.T) {
	for query, c := range map[string]struct {
		status int
		paths  []string
	}{
		"?limt=5":          {400, []string{"query.limt"}},
		"?b=1&a=2&limit=3": {400, []string{"query.a", "query.b"}},
		"?limit=1&limit=2": {400, []string{"query.limit"}},
		"?name=%zz":        {400, nil},
		"?name=a;b":        {400, nil},
		"?limit=":          {400, []string{"query.limit"}},
		"?limit=0":         {422, []string{"query.limit"}},
		"?limit=101":       {422, []string{"query.limit"}},
		"?limit=x":         {422, []string{"query.limit"}},
	} {
		wantProblem(t, query, newRig().call("admin", "GET", "/v1/things"+query, ""), c.status, c.paths...)
	}
	wantProblem(t, "without parameters", newRig().call("admin", "GET", "/v1/things/1?x=1", ""), 400, "query.x")
	for _, query := range []string{"?limit=5&name=%E6%9D%8E", "?name="} {
		if out := newRig().call("admin", "GET", "/v1/things"+query, ""); out.Code != 200 {
			t.Errorf("%s: %d %s", query, out.Code, out.Body)
		}
	}
}

// A page that somebody mounted gets no query that its description does not have.
func TestMountedPagesAreAskedStrictly(t *testing.T) {
	r := newRig()
	Mount(r.API, huma.Operation{OperationID: "read-health", Method: http.MethodGet, Path: "/page", Responses: map[string]*huma.Response{},
		Parameters: []*huma.Param{{Name: "lang", In: "query", Schema: &huma.Schema{Type: huma.TypeString, Enum: []any{"zh", "en"}}}}},
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
	for query, status := range map[string]int{"": 204, "?lang=en": 204, "?lang=": 400, "?lang=fr": 422, "?lang=zh&lang=en": 400, "?lang=zh&x=1": 400, "?lang=%zz": 400} {
		out := r.call("", "GET", "/page"+query, "")
		if status == 204 {
			if out.Code != 204 {
				t.Errorf("%s: %d %s", query, out.Code, out.Body)
			}
			continue
		}
		var at []string
		if status == 422 || query == "?lang=" || query == "?lang=zh&lang=en" {
			at = []string{"query.lang"}
		} else if query == "?lang=zh&x=1" {
			at = []string{"query.x"}
		}
		if p := wantProblem(t, query, out, status, at...); p.Instance != "/page" {
			t.Errorf("%s: instance %q", query, p.Instance)
		}
	}
}

func TestWhatNoOperationAnswers(t *testing.T) {
	r := newRig()
	for _, path := range []string{"/", "/v1/thing", "/v1/things/", "/v1//things", "/v1/things/1/2", "/v1/../v1/things"} {
		if p := wantProblem(t, path, r.call("admin", "GET", path, ""), 404); p.Instance != "/{path}" {
			t.Errorf("%s: instance %q", path, p.Instance)
		}
	}
	for path, route := range map[string]string{"/v1/things": "/v1/things", "/v1/things/1": "/v1/things/{id}"} {
		if p := wantProblem(t, "PUT "+path, r.call("admin", "PUT", path, ""), 405); p.Instance != route {
			t.Errorf("PUT %s: instance %q", path, p.Instance)
		}
	}
	out := r.call("admin", "DELETE", "/v1/things", "")
	wantProblem(t, "DELETE", out, 405)
	if allow := out.Header().Get("Allow"); allow != "GET, HEAD, POST" {
		t.Errorf("Allow: %s", allow)
	}
	Register(r.API, huma.Operation{OperationID: "list-buyers", Method: http.MethodGet, Path: "/v1/things/colours"},
		func(context.Context, *struct{}) (*thingOut, error) { return &thingOut{}, nil })
	for _, method := range []string{"PATCH", "OPTIONS"} { // no thing is called so
		out = r.call("admin", method, "/v1/things/colours", "")
		if p := wantProblem(t, method, out, 405); p.Instance != "/v1/things/colours" || out.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s colours: instance %q, Allow %q", method, p.Instance, out.Header().Get("Allow"))
		}
	}
	if out := r.call("admin", "GET", "/v1/things/colours", ""); out.Code != http.StatusOK {
		t.Error(out)
	}
	if p := wantProblem(t, "a wrong path parameter", r.call("admin", "GET", "/v1/things/12345678901", ""), 422, "path.id"); p.Instance != "/v1/things/{id}" {
		t.Errorf("the instance is %q, not the route", p.Instance)
	}
}

func TestEachKindOfErrorHasItsStatus(t *testing.T) {
	for kind, want := range map[crm.Kind]int{
		crm.Internal: 500, crm.Malformed: 400, crm.Invalid: 422, crm.Unauthenticated: 401, crm.Forbidden: 403, crm.NotFound: 404, crm.Conflict: 409,
		crm.Stale: 412, crm.PreconditionNeeded: 428, crm.TooLarge: 413, crm.TooMany: 429, crm.Unavailable: 503,
	} {
		r := newRig()
		r.fails = fmt.Errorf("reading: %w", &crm.Error{Op: "store.Get", Kind: kind, Detail: "for the caller", RetryAfter: 1500 * time.Millisecond, Err: errors.New("table customers-prod")})
		out := r.call("admin", "GET", "/v1/things/1", "")
		p := wantProblem(t, fmt.Sprint(kind), out, want)
		if strings.Contains(out.Body.String(), "customers-prod") {
			t.Errorf("%d shows its cause: %s", want, out.Body)
		}
		lines := strings.Count(r.log.String(), "customers-prod")
		if want >= 500 && (p.Detail != "" || lines != 1) || want < 500 && (p.Detail != "for the caller" || lines != 0) {
			t.Errorf("%d: detail %q, logged %d times", want, p.Detail, lines)
		}
		if got := out.Header().Get("Retry-After"); got != "2" {
			t.Errorf("%d: Retry-After %q", want, got)
		}
	}
	r := newRig()
	for name, c := range map[string]struct {
		err   error
		want  int
		retry string
	}{
		"unknown":         {errors.New("customers-prod"), 500, ""},
		"out of time":     {fmt.Errorf("x: %w", context.DeadlineExceeded), 503, "5"},
		"no hint of when": {crm.Fail("x", crm.Unavailable, "x"), 503, "5"},
		"a whole problem": {&Problem{Status: 409, Detail: "there already", Matches: []crm.CustomerID{"cus_1"}}, 409, ""},
	} {
		r.fails = c.err
		out := r.call("admin", "GET", "/v1/things/1", "")
		p := wantProblem(t, name, out, c.want)
		if out.Header().Get("Retry-After") != c.retry || c.want == 409 && (len(p.Matches) != 1 || p.Detail == "") {
			t.Errorf("%s: Retry-After %q: %s", name, out.Header().Get("Retry-After"), out.Body)
		}
	}
}

func FuzzBody(f *testing.F) {
	for _, body := range []string{`{"name":"x"}`, `{"name":"x","inner":{"city":"y"},"tags":["z"]}`, `{"name":null}`, `[{}]`, `{"name":"\ud800"}`, `1e999`} {
		f.Add(body)
	}
	r := newRig()
	r.API.log = slog.New(slog.DiscardHandler)
	f.Fuzz(func(t *testing.T, body string) {
		out := r.call("admin", "POST", "/v1/things", body)
		switch out.Code {
		case 201, 400, 413, 422:
		default:
			t.Errorf("%q: %d %s", body, out.Code, out.Body)
		}
	})
}
