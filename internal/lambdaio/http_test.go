package lambdaio

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"guanxi/internal/crm"
	"guanxi/internal/telemetry"
)

var update = flag.Bool("update", false, "write the golden files")

// logged is a logger and what it wrote.
func logged() (*slog.Logger, *bytes.Buffer) {
	var out bytes.Buffer
	return telemetry.New(&out, slog.LevelDebug, "test"), &out
}

// echo tells what it was asked, as text.
func echo(w http.ResponseWriter, r *http.Request) {
	e := crm.EventOf(r.Context())
	fmt.Fprintf(w, "%s %s path=%q query=%q host=%s from=%s\n", r.Method, r.RequestURI, r.URL.Path, r.URL.RawQuery, r.Host, r.RemoteAddr)
	fmt.Fprintf(w, "event at=%s trace=%s subject=%q\n", e.At.Format("2006-01-02T15:04:05.000Z07:00"), e.Trace, e.Subject)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		fmt.Fprintf(w, "%s: %s\n", name, strings.Join(r.Header[name], " | "))
	}
	for _, c := range r.Cookies() {
		fmt.Fprintf(w, "cookie %s=%s\n", c.Name, c.Value)
	}
	body, err := io.ReadAll(r.Body)
	fmt.Fprintf(w, "body %q (%d of %d bytes, %v)\n", body, len(body), r.ContentLength, err)
}

// Each event in testdata/http becomes the request in the golden file beside it.
func TestRequestsArriveAsTheyWereMade(t *testing.T) {
	events, err := filepath.Glob("testdata/http/*.json")
	if err != nil || len(events) == 0 {
		t.Fatalf("no events: %v", err)
	}
	log, _ := logged()
	for _, file := range events {
		event, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		answered, err := proxied(http.HandlerFunc(echo), log).Invoke(t.Context(), event)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		var out response
		if err := json.Unmarshal(answered, &out); err != nil {
			t.Fatal(err)
		}
		golden := strings.TrimSuffix(file, ".json") + ".golden"
		if *update {
			if err := os.WriteFile(golden, []byte(out.Body), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if out.Status != http.StatusOK || out.Body != string(want) {
			t.Errorf("%s: %d\n%s\nwant\n%s", file, out.Status, out.Body, want)
		}
	}
}

func invoke(t *testing.T, h http.HandlerFunc) (response, *bytes.Buffer) {
	t.Helper()
	event, err := os.ReadFile("testdata/http/text.json")
	if err != nil {
		t.Fatal(err)
	}
	log, said := logged()
	answered, err := proxied(h, log).Invoke(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	var out response
	if err := json.Unmarshal(answered, &out); err != nil {
		t.Fatal(err)
	}
	return out, said
}

func TestAnswersGoBackAsTheyWereWritten(t *testing.T) {
	for name, c := range map[string]struct {
		handle http.HandlerFunc
		want   response
	}{
		"text": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusCreated)
			w.Header().Set("X-Late", "not sent")
			w.WriteHeader(http.StatusTeapot)
			io.WriteString(w, `{"name":"李雷\u2028<&>"}`)
		}, response{Status: 201, Headers: map[string]string{"Content-Type": "application/json", "Content-Length": "26"}, Body: `{"name":"李雷\u2028<&>"}`}},
		"bytes": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			w.Write([]byte{0, 255, 128})
		}, response{Status: 200, Headers: map[string]string{"Content-Type": "image/png", "Content-Length": "3"}, Body: "AP+A", IsBase64: true}},
		"compressed text": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, "x")
		}, response{Status: 200, Headers: map[string]string{"Content-Type": "text/plain", "Content-Encoding": "gzip", "Content-Length": "1"}, Body: "eA==", IsBase64: true}},
		"headers and cookies": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Add("Vary", "Accept")
			w.Header().Add("Vary", "Origin")
			w.Header().Add("Set-Cookie", "a=1; Expires=Tue, 10 Mar 2026 05:16:23 GMT")
			w.Header().Add("Set-Cookie", "b=2")
			w.WriteHeader(http.StatusNoContent)
		}, response{Status: 204, Headers: map[string]string{"Vary": "Accept, Origin"}, Cookies: []string{"a=1; Expires=Tue, 10 Mar 2026 05:16:23 GMT", "b=2"}}},
		"nothing": {func(http.ResponseWriter, *http.Request) {}, response{Status: 200, Headers: map[string]string{}}},
	} {
		got, _ := invoke(t, c.handle)
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %+v\nwant %+v", name, got, c.want)
		}
	}
}

func TestAPanicIsAnsweredWithoutItsCauseAndLoggedOnce(t *testing.T) {
	got, said := invoke(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
		io.WriteString(w, "half an ans")
		panic("the table customers-prod is gone")
	})
	if got.Status != 500 || strings.Contains(got.Body, "half") || strings.Contains(got.Body, "customers-prod") || got.Headers["Content-Type"] != "application/problem+json" {
		t.Errorf("%+v", got)
	}
	if strings.Count(said.String(), "customers-prod") != 1 || strings.Count(said.String(), "\n") != 2 || !strings.Contains(said.String(), `"ServerErrors":1`) {
		t.Errorf("logged %s", said)
	}
}

// The record of a request says what was asked, by route, and how it ended: nothing of path, query, headers or bodies.
func TestARequestIsRecorded(t *testing.T) {
	const id = "cus_0190163d8694739b9c5f1e2d3a4b5c61"
	request := func(method, routeKey string) []byte {
		return fmt.Appendf(nil, `{"version":"2.0","rawPath":"/v1/customers/%s","rawQueryString":"email=li%%40example.com","headers":{"x-secret":"s3cr3t"},
			"pathParameters":{"id":"%s"},"body":"s3cr3t","requestContext":{"requestId":"r1","routeKey":"%s","timeEpoch":1773119783123,"http":{"method":"%s"}}}`, id, id, routeKey, method)
	}
	for _, c := range []struct {
		method    string
		status    int
		operation string
		counts    []string
	}{
		{"PATCH", 200, "PATCH /v1/customers/{id}", []string{`"Requests":1`}},
		{"GET", 404, "GET /v1/customers/{id}", []string{`"Requests":1`, `"ClientErrors":1`}},
		{"GET", 429, "GET /v1/customers/{id}", []string{`"Requests":1`, `"ClientErrors":1`, `"RateLimited":1`}},
		{"DELETE", 503, "DELETE /v1/customers/{id}", []string{`"Requests":1`, `"ServerErrors":1`}},
		{"BREW", 405, "other /v1/customers/{id}", []string{`"Requests":1`, `"ClientErrors":1`}},
	} {
		log, said := logged()
		h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(c.status) })
		if _, err := proxied(h, log).Invoke(t.Context(), request(c.method, "ANY /v1/customers/{id}")); err != nil {
			t.Fatal(err)
		}
		var line map[string]any
		if err := json.Unmarshal(said.Bytes(), &line); err != nil {
			t.Fatalf("%s %d: logged %s: %v", c.method, c.status, said, err)
		}
		if line["operation"] != c.operation || line["status"] != float64(c.status) || line["customer"] != id || line["request"] != "r1" || line["trace"] != "r1" {
			t.Errorf("%s %d: logged %s", c.method, c.status, said)
		}
		for _, metric := range telemetry.Metrics() {
			count := fmt.Sprintf(`"%s":1`, metric)
			if strings.Contains(said.String(), count) != slices.Contains(c.counts, count) {
				t.Errorf("%s %d: counted %s", c.method, c.status, said)
			}
		}
		if strings.Contains(said.String(), "s3cr3t") || strings.Contains(said.String(), "example.com") {
			t.Errorf("tells too much: %s", said)
		}
	}
}

func TestWhatIsNoRequestIsRefused(t *testing.T) {
	log, _ := logged()
	never := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the handler was called") })
	for _, event := range []string{
		``, `[]`, `{}`, `{"version":"1.0","path":"/"}`,
		`{"version":"2.0","rawPath":"/","requestContext":{"timeEpoch":0,"http":{"method":"GET"}}}`,
		`{"version":"2.0","rawPath":"","requestContext":{"timeEpoch":1,"http":{"method":"GET"}}}`,
		`{"version":"2.0","rawPath":"/","requestContext":{"timeEpoch":1,"http":{"method":"G T"}}}`,
		`{"version":"2.0","rawPath":"/","requestContext":{"timeEpoch":1,"http":{"method":"GET"}},"body":"%","isBase64Encoded":true}`,
		`{"version":"2.0","rawPath":"/","requestContext":{"timeEpoch":1,"http":{"method":"GET"},"authorizer":{"jwt":{"claims":{"sub":["a"]}}}}}`,
	} {
		if out, err := proxied(never, log).Invoke(t.Context(), []byte(event)); crm.KindOf(err) != crm.Malformed {
			t.Errorf("%s: %s, %v", event, out, err)
		}
	}
}

// Whatever the event says, it is refused or its body arrives byte for byte, and
// the answer is one that API Gateway can read.
func FuzzHTTP(f *testing.F) {
	events, err := filepath.Glob("testdata/http/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range events {
		event, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(event)
	}
	log := telemetry.New(io.Discard, slog.LevelError, "test")
	mirror := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if crm.AsOf(r.Context()).IsZero() {
			panic("no time")
		}
		io.Copy(w, r.Body)
	})
	f.Fuzz(func(t *testing.T, event []byte) {
		answered, err := proxied(mirror, log).Invoke(t.Context(), event)
		if err != nil {
			return
		}
		var out response
		if err := json.Unmarshal(answered, &out); err != nil || out.Status != 200 {
			t.Fatalf("%s: %v", answered, err)
		}
		got := []byte(out.Body)
		if out.IsBase64 {
			if got, err = base64.StdEncoding.DecodeString(out.Body); err != nil || utf8.Valid(got) {
				t.Fatalf("%s: base64 %v", answered, err)
			}
		}
		var in request
		if err := json.Unmarshal(event, &in); err != nil {
			t.Fatal(err)
		}
		want := []byte(in.Body)
		if in.IsBase64 {
			if want, err = base64.StdEncoding.DecodeString(in.Body); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got, want) {
			t.Errorf("sent %q, arrived %q", want, got)
		}
	})
}
