package lambdaio

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"guanxi/internal/crm"
	"guanxi/internal/telemetry"
)

// ServeHTTP answers requests that API Gateway's HTTP API forwards in payload
// format 2.0. A panic is answered 500, without its cause.
func ServeHTTP(h http.Handler, log *slog.Logger) { start(proxied(h, log)) }

// request is the part of the payload that we use; its claims are not all
// strings wherever the payload comes from, and we need only one of them.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
type request struct {
	Version        string            `json:"version"`
	RawPath        string            `json:"rawPath"`
	RawQueryString string            `json:"rawQueryString"`
	Cookies        []string          `json:"cookies"`
	Headers        map[string]string `json:"headers"`
	Parameters     map[string]string `json:"pathParameters"`
	Context        struct {
		RequestID  string `json:"requestId"`
		RouteKey   string `json:"routeKey"`
		DomainName string `json:"domainName"`
		TimeEpoch  int64  `json:"timeEpoch"` // milliseconds
		Authorizer struct {
			JWT struct {
				Claims struct {
					Subject string `json:"sub"`
				} `json:"claims"`
			} `json:"jwt"`
		} `json:"authorizer"`
		HTTP struct {
			Method   string `json:"method"`
			Protocol string `json:"protocol"`
			SourceIP string `json:"sourceIp"`
		} `json:"http"`
	} `json:"requestContext"`
	Body     string `json:"body"`
	IsBase64 bool   `json:"isBase64Encoded"`
}

func proxied(h http.Handler, log *slog.Logger) handler {
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		var in request
		if err := json.Unmarshal(payload, &in); err != nil {
			return nil, &crm.Error{Op: "lambdaio.http", Kind: crm.Malformed, Detail: "not a request", Err: err}
		}
		ctx, cancel := within(ctx)
		defer cancel()
		e := crm.Event{At: time.UnixMilli(in.Context.TimeEpoch).UTC(), Trace: in.trace(), Subject: crm.Subject(in.Context.Authorizer.JWT.Claims.Subject),
			Address: in.Context.HTTP.SourceIP}
		ctx = crm.WithEvent(traced(ctx, in.attrs(e.Trace)...), e)
		ctx, record := telemetry.Begin(ctx, in.operation(), e.At)
		r, err := in.http(ctx)
		if err != nil {
			return nil, err
		}
		out := answer{header: http.Header{}}
		if err := safely("lambdaio.http", func() error { h.ServeHTTP(&out, r); return nil }); err != nil {
			log.ErrorContext(ctx, "panic while answering a request", slog.Any("cause", err))
			out = answer{header: http.Header{"Content-Type": {"application/problem+json"}}}
			out.WriteHeader(http.StatusInternalServerError)
			out.body.WriteString(`{"type":"about:blank","title":"Internal Server Error","status":500}`)
		}
		answered := out.response()
		count(ctx, answered)
		record.Write(ctx, log, "answered", slog.Int("status", answered.Status))
		return json.Marshal(answered)
	}
}

// count counts an answer by what became of the request.
func count(ctx context.Context, r response) {
	telemetry.Count(ctx, telemetry.Requests, 1)
	switch {
	case r.Status >= 500:
		telemetry.Count(ctx, telemetry.ServerErrors, 1)
	case r.Status >= 400:
		telemetry.Count(ctx, telemetry.ClientErrors, 1)
	}
	if r.Status == http.StatusTooManyRequests {
		telemetry.Count(ctx, telemetry.RateLimited, 1)
	}
	if r.Headers["Idempotent-Replayed"] != "" {
		telemetry.Count(ctx, telemetry.Replayed, 1)
	}
}

// operation is the method and the route, never the path: there are few of them,
// and none names a person.
func (in request) operation() string {
	_, path, _ := strings.Cut(in.Context.RouteKey, " ")
	switch method := in.Context.HTTP.Method; method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method + " " + path
	}
	return "other " + path
}

// attrs are what every line about the request says.
func (in request) attrs(trace string) []slog.Attr {
	attrs := []slog.Attr{slog.String("trace", trace), slog.String("request", in.Context.RequestID)}
	if id := in.Parameters["id"]; crm.ParseID("cus", id) == nil {
		attrs = append(attrs, slog.String("customer", id))
	}
	return attrs
}

// http is the request as the client made it.
func (in request) http(ctx context.Context) (*http.Request, error) {
	if in.Version != "2.0" || in.Context.TimeEpoch <= 0 || !strings.HasPrefix(in.RawPath, "/") {
		return nil, crm.Fail("lambdaio.http", crm.Malformed, "not a request in payload format 2.0")
	}
	body := []byte(in.Body)
	if in.IsBase64 {
		decoded, err := base64.StdEncoding.DecodeString(in.Body)
		if err != nil {
			return nil, &crm.Error{Op: "lambdaio.http", Kind: crm.Malformed, Detail: "not base64", Err: err}
		}
		body = decoded
	}
	r, err := http.NewRequestWithContext(ctx, in.Context.HTTP.Method, "/", bytes.NewReader(body))
	if err != nil {
		return nil, &crm.Error{Op: "lambdaio.http", Kind: crm.Malformed, Detail: "not a method", Err: err}
	}
	// A path that does not parse was decoded on its way: then it is meant as it stands.
	if r.URL, err = url.ParseRequestURI(in.RawPath); err != nil || strings.Contains(in.RawPath, "?") {
		r.URL = &url.URL{Path: in.RawPath}
	}
	r.URL.RawQuery = in.RawQueryString
	r.RequestURI = r.URL.RequestURI()
	for name, value := range in.Headers {
		r.Header.Set(name, value)
	}
	if len(in.Cookies) > 0 {
		r.Header.Set("Cookie", strings.Join(in.Cookies, "; "))
	}
	r.Header.Del("Content-Length") // of the body as it was sent on; ContentLength has ours
	r.Host = in.Context.DomainName
	r.RemoteAddr = in.Context.HTTP.SourceIP
	r.Proto = in.Context.HTTP.Protocol
	return r, nil
}

// trace is X-Ray's root where the gateway (or a client before it) set one, else
// the request's id. It is stored and carried on, so it must look like one.
func (in request) trace() string {
	for name, value := range in.Headers {
		if !strings.EqualFold(name, "X-Amzn-Trace-Id") {
			continue
		}
		for part := range strings.SplitSeq(value, ";") {
			root, ok := strings.CutPrefix(strings.TrimSpace(part), "Root=")
			if ok && len(root) == 35 && strings.Trim(root, "0123456789abcdef-") == "" {
				return root
			}
		}
	}
	return in.Context.RequestID
}

// answer collects what a handler writes.
type answer struct {
	header http.Header
	sent   http.Header // as it was when the status was written
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status, a.sent = status, a.header.Clone()
	}
}

func (a *answer) Write(b []byte) (int, error) {
	if a.header.Get("Content-Type") == "" && a.status == 0 {
		a.header.Set("Content-Type", http.DetectContentType(b))
	}
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

type response struct {
	Status   int               `json:"statusCode"`
	Headers  map[string]string `json:"headers"`
	Cookies  []string          `json:"cookies,omitempty"`
	Body     string            `json:"body"`
	IsBase64 bool              `json:"isBase64Encoded"`
}

// response is the answer in payload format 2.0, where a header has one value
// and cookies stand apart. What is not plain UTF-8 text goes as base64.
func (a *answer) response() response {
	a.WriteHeader(http.StatusOK)
	out := response{Status: a.status, Headers: make(map[string]string, len(a.sent)), Cookies: a.sent.Values("Set-Cookie")}
	for name, values := range a.sent {
		if name != "Set-Cookie" {
			out.Headers[name] = strings.Join(values, ", ")
		}
	}
	if a.body.Len() > 0 {
		out.Headers["Content-Length"] = strconv.Itoa(a.body.Len())
	}
	if text := a.body.String(); utf8.ValidString(text) && a.sent.Get("Content-Encoding") == "" {
		out.Body = text
	} else {
		out.Body, out.IsBase64 = base64.StdEncoding.EncodeToString(a.body.Bytes()), true
	}
	return out
}
