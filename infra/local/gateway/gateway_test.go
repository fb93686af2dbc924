package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
)

// function is an Invoker that keeps the last event.
type function struct {
	event  events.APIGatewayV2HTTPRequest
	answer string
	err    error
	hang   bool
}

func (f *function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	if err := json.Unmarshal(event, &f.event); err != nil {
		return nil, err
	}
	if f.hang {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if f.answer == "" {
		f.answer = `{"statusCode":204}`
	}
	return []byte(f.answer), f.err
}

var virtual = time.Date(2031, 3, 4, 5, 6, 7, 89e6, time.UTC)

func serve(t *testing.T, c Config) *httptest.Server {
	t.Helper()
	c.Now = func() time.Time { return virtual }
	g, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(g)
	t.Cleanup(s.Close)
	return s
}

func request(t *testing.T, method, url, body string, headers ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return send(t, r)
}

func send(t *testing.T, r *http.Request) *http.Response {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	return response
}

func expect(t *testing.T, r *http.Response, status int, body string) {
	t.Helper()
	got, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != status || string(got) != body {
		t.Errorf("got %d %s, want %d %s", r.StatusCode, got, status, body)
	}
}

// http-api-develop-integrations-lambda.html: "Payload format structure", 2.0.
func TestTheEventIsPayloadFormat2(t *testing.T) {
	f := &function{}
	s := serve(t, Config{Account: "000000000000", APIID: "Api", Routes: []Route{{Method: "ANY", Path: "/v1/customers/{id}", Function: f}}})
	response := request(t, "PATCH", s.URL+"/v1/customers/a%2Fb?x=1&x=2&y=%C3%A4&z", `{"name":"王"}`,
		"Content-Type", "application/json", "X-Two", "a", "X-Two", "b", "Cookie", "s=1; t=2", "User-Agent", "test")
	expect(t, response, 204, "")
	host := strings.TrimPrefix(s.URL, "http://")
	want := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "ANY /v1/customers/{id}", RawPath: "/v1/customers/a%2Fb", RawQueryString: "x=1&x=2&y=%C3%A4&z",
		Cookies: []string{"s=1", "t=2"},
		Headers: map[string]string{
			"accept-encoding": "gzip", "content-length": "14", "content-type": "application/json", "host": host, "user-agent": "test",
			"x-two": "a,b", "x-forwarded-for": "127.0.0.1", "x-forwarded-port": host[len("127.0.0.1:"):], "x-forwarded-proto": "http",
			"x-amzn-trace-id": f.event.Headers["x-amzn-trace-id"],
		},
		QueryStringParameters: map[string]string{"x": "1,2", "y": "ä", "z": ""},
		PathParameters:        map[string]string{"id": "a/b"},
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: "ANY /v1/customers/{id}", AccountID: "000000000000", Stage: "$default", APIID: "Api",
			RequestID: response.Header.Get("Apigw-Requestid"), DomainName: "127.0.0.1", DomainPrefix: "127",
			Time: "04/Mar/2031:05:06:07 +0000", TimeEpoch: virtual.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: "PATCH", Path: "/v1/customers/a%2Fb", Protocol: "HTTP/1.1", SourceIP: "127.0.0.1", UserAgent: "test",
			},
		},
		Body: `{"name":"王"}`,
	}
	if diff := cmp.Diff(want, f.event); diff != "" {
		t.Error(diff)
	}
}

func TestBodiesThatAreNoTextAreBase64(t *testing.T) {
	for _, c := range []struct {
		contentType, body, want string
		encoded                 bool
	}{
		{"text/csv", "a,b", "a,b", false},
		{"application/merge-patch+json", "{}", "{}", false},
		{"application/x-www-form-urlencoded", "webhook_id=1", "d2ViaG9va19pZD0x", true},
		{"application/octet-stream", "\x00\xff", "AP8=", true},
		{"application/json", "\xff", "/w==", true}, // whoever verifies a signature needs the bytes
	} {
		f := &function{}
		s := serve(t, Config{Routes: []Route{{Method: "POST", Path: "/", Function: f}}})
		request(t, "POST", s.URL+"/", c.body, "Content-Type", c.contentType)
		if f.event.Body != c.want || f.event.IsBase64Encoded != c.encoded {
			t.Errorf("%s: body %q, encoded %v", c.contentType, f.event.Body, f.event.IsBase64Encoded)
		}
	}
}

// http-api-develop-integrations-lambda.html: "Lambda function response for format 2.0".
func TestResponses(t *testing.T) {
	for _, c := range []struct {
		what, answer string
		status       int
		contentType  string
		body         string
	}{
		{"with a status", `{"statusCode":201,"headers":{"content-type":"application/problem+json","x-a":"1"},"body":"{}"}`, 201, "application/problem+json", "{}"},
		{"bytes", `{"statusCode":200,"body":"AP8=","isBase64Encoded":true}`, 200, "text/plain;charset=UTF-8", "\x00\xff"},
		{"without a status it is the body", `{"hello":1}`, 200, "application/json", `{"hello":1}`},
		{"a bare text", `"hello"`, 200, "application/json", "hello"},
		{"no JSON", `hello`, 500, "application/json", `{"message":"Internal Server Error"}`},
		{"no base64", `{"statusCode":200,"body":"?","isBase64Encoded":true}`, 500, "application/json", `{"message":"Internal Server Error"}`},
	} {
		s := serve(t, Config{Routes: []Route{{Method: "GET", Path: "/", Function: &function{answer: c.answer}}}})
		r := request(t, "GET", s.URL+"/", "")
		if got := r.Header.Get("Content-Type"); got != c.contentType {
			t.Errorf("%s: content type %q, want %q", c.what, got, c.contentType)
		}
		expect(t, r, c.status, c.body)
	}
	s := serve(t, Config{Routes: []Route{{Method: "GET", Path: "/", Function: &function{answer: `{"statusCode":200,"cookies":["a=1","b=2; Secure"]}`}}}})
	if got := request(t, "GET", s.URL+"/", "").Header.Values("Set-Cookie"); !cmp.Equal(got, []string{"a=1", "b=2; Secure"}) {
		t.Errorf("cookies = %q", got)
	}
}

// http-api-develop-routes.html: "Routing API requests".
func TestRoutePriority(t *testing.T) {
	keys := []string{"GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /pets/dog/{id}", "ANY /{proxy+}"}
	var routes []Route
	for _, key := range keys {
		method, path, _ := strings.Cut(key, " ")
		routes = append(routes, Route{Method: method, Path: path})
	}
	g, err := New(Config{Routes: routes})
	if err != nil {
		t.Fatal(err)
	}
	withDefault, err := New(Config{Routes: append(routes, Route{Method: "ANY"})})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ method, path, want, parameter string }{
		{"GET", "/pets/dog/1", "GET /pets/dog/1", ""},
		{"GET", "/pets/dog/2", "GET /pets/dog/{id}", "2"},
		{"GET", "/pets/cat/1", "GET /pets/{proxy+}", "cat/1"},
		{"POST", "/pets/dog/1", "ANY /pets/dog/{id}", "1"},
		{"POST", "/test/5", "ANY /{proxy+}", "test/5"},
		{"POST", "/", "", ""},
	} {
		key, value := "", ""
		if r, parameters := match(g.routes, c.method, c.path); r != nil {
			key, value = r.key, parameters["id"]+parameters["proxy"]
		}
		if key != c.want || value != c.parameter {
			t.Errorf("%s %s: %q with %q, want %q with %q", c.method, c.path, key, value, c.want, c.parameter)
		}
		if r, _ := match(withDefault.routes, c.method, c.path); c.want == "" && r.key != "$default" {
			t.Errorf("%s %s: %q, want $default", c.method, c.path, r.key)
		}
	}
}

func TestRoutesThatCannotBe(t *testing.T) {
	for _, paths := range [][]string{{"/a", "/a"}, {"a"}, {"/{a"}, {"/{a+}/b"}, {"/a{b}"}} {
		var routes []Route
		for _, path := range paths {
			routes = append(routes, Route{Method: "GET", Path: path})
		}
		if _, err := New(Config{Routes: routes}); err == nil {
			t.Errorf("%v was accepted", paths)
		}
	}
}

// What the gateway answers in its own name: http-api-troubleshooting-lambda.html, http-api-quotas.html.
func TestRefusals(t *testing.T) {
	f := &function{}
	routes := []Route{
		{Method: "POST", Path: "/", Function: f},
		{Method: "GET", Path: "/fails", Function: &function{err: errors.New("the cause")}},
		{Method: "GET", Path: "/hangs", Function: &function{hang: true}, Timeout: 20 * time.Millisecond},
		{Method: "GET", Path: "/busy", Function: f, Throttle: Throttle{Rate: 0.001, Burst: 1}},
	}
	s := serve(t, Config{Routes: routes})
	expect(t, request(t, "GET", s.URL+"/nowhere", ""), 404, `{"message":"Not Found"}`)
	expect(t, request(t, "GET", s.URL+"/", ""), 404, `{"message":"Not Found"}`)
	expect(t, request(t, "GET", s.URL+"/fails", ""), 500, `{"message":"Internal Server Error"}`)
	expect(t, request(t, "GET", s.URL+"/hangs", ""), 503, `{"message":"Service Unavailable"}`)
	expect(t, request(t, "GET", s.URL+"/busy", ""), 204, "")
	expect(t, request(t, "GET", s.URL+"/busy", ""), 429, `{"message":"Too Many Requests"}`)
	expect(t, request(t, "POST", s.URL+"/", strings.Repeat("x", MaxBody)), 204, "")
	expect(t, request(t, "POST", s.URL+"/", "", "X-Long", strings.Repeat("x", 9<<10)), 204, "")
	expect(t, request(t, "POST", s.URL+"/", "", "X-Long", strings.Repeat("x", MaxHead)), 431, `{"message":"Request Header Fields Too Large"}`)
	expect(t, request(t, "GET", s.URL+"/?q="+strings.Repeat("x", MaxHead), ""), 431, `{"message":"Request Header Fields Too Large"}`)
	r, err := http.NewRequest("POST", s.URL+"/", bytes.NewReader(make([]byte, MaxBody+1)))
	if err != nil {
		t.Fatal(err)
	}
	expect(t, send(t, r), 413, `{"message":"Request Entity Too Large"}`)
}

// http-api-throttling.html: the bucket fills at the rate, up to the burst.
func TestTheBucketFills(t *testing.T) {
	b := newBucket(Throttle{Rate: 2, Burst: 2})
	now := virtual
	var taken []bool
	for _, wait := range []time.Duration{0, 0, 0, 499 * time.Millisecond, time.Millisecond, time.Hour, 0, 0} {
		now = now.Add(wait)
		taken = append(taken, b.take(now))
	}
	if want := []bool{true, true, false, false, true, true, true, false}; !cmp.Equal(taken, want) {
		t.Errorf("taken = %v, want %v", taken, want)
	}
}

// http-api-cors.html: the gateway answers preflights, and its headers replace the function's.
func TestCORS(t *testing.T) {
	f := &function{answer: `{"statusCode":200,"headers":{"access-control-allow-origin":"https://evil.example"}}`}
	s := serve(t, Config{
		CORS:   &CORS{Origins: []string{"https://crm.example"}, Methods: []string{"GET", "POST"}, Headers: []string{"authorization"}, MaxAge: 600},
		Routes: []Route{{Method: "ANY", Path: "/", Function: f}},
	})
	r := request(t, "OPTIONS", s.URL+"/", "", "Origin", "https://crm.example", "Access-Control-Request-Method", "POST")
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": "https://crm.example", "Access-Control-Allow-Methods": "GET,POST",
		"Access-Control-Allow-Headers": "authorization", "Access-Control-Max-Age": "600",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("preflight: %s = %q, want %q", name, got, want)
		}
	}
	expect(t, r, 204, "")
	if got := request(t, "GET", s.URL+"/", "", "Origin", "https://crm.example").Header.Values("Access-Control-Allow-Origin"); !cmp.Equal(got, []string{"https://crm.example"}) {
		t.Errorf("origin = %q", got)
	}
	if got := request(t, "OPTIONS", s.URL+"/", "", "Origin", "https://evil.example", "Access-Control-Request-Method", "POST").Header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("another origin is allowed: %q", got)
	}
}
