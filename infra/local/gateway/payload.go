package gateway

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"net"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// event is the request in payload format 2.0 ("Create AWS Lambda proxy integrations for HTTP APIs",
// http-api-develop-integrations-lambda.html).
func (g *Gateway) event(r *http.Request, id string, route *route, parameters map[string]string, caller *Caller, body []byte) ([]byte, error) {
	now := g.config.Now()
	host := hostname(r.Host)
	e := events.APIGatewayV2HTTPRequest{
		Version:               "2.0",
		RouteKey:              route.key,
		RawPath:               r.URL.EscapedPath(),
		RawQueryString:        r.URL.RawQuery,
		Cookies:               cookies(r.Header),
		Headers:               headers(r, id),
		QueryStringParameters: map[string]string{},
		PathParameters:        parameters,
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey:     route.key,
			AccountID:    g.config.Account,
			Stage:        "$default",
			RequestID:    id,
			APIID:        g.config.APIID,
			DomainName:   host,
			DomainPrefix: strings.SplitN(host, ".", 2)[0],
			Time:         now.UTC().Format("02/Jan/2006:15:04:05 -0700"),
			TimeEpoch:    now.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method:    r.Method,
				Path:      r.URL.EscapedPath(),
				Protocol:  r.Proto,
				SourceIP:  hostname(r.RemoteAddr),
				UserAgent: r.UserAgent(),
			},
		},
	}
	for name, values := range r.URL.Query() {
		e.QueryStringParameters[name] = strings.Join(values, ",")
	}
	if caller != nil {
		e.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
			JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: caller.Claims, Scopes: caller.Scopes},
		}
	}
	e.Body = string(body)
	if !isText(r.Header.Get("Content-Type"), body) {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return json.Marshal(e)
}

// headers are lower-cased, several of one name joined by a comma. Cookies have their own field.
func headers(r *http.Request, id string) map[string]string {
	h := make(map[string]string, len(r.Header)+6)
	for name, values := range r.Header {
		if name != "Cookie" {
			h[strings.ToLower(name)] = strings.Join(values, ",")
		}
	}
	h["host"] = r.Host
	if r.ContentLength >= 0 {
		h["content-length"] = fmt.Sprint(r.ContentLength)
	}
	if _, port, err := net.SplitHostPort(r.Host); err == nil {
		h["x-forwarded-port"] = port
	}
	h["x-forwarded-proto"] = "http"
	forwarded := append(r.Header.Values("X-Forwarded-For"), hostname(r.RemoteAddr))
	h["x-forwarded-for"] = strings.Join(forwarded, ", ")
	if h["x-amzn-trace-id"] == "" {
		h["x-amzn-trace-id"] = "Root=1-" + id[:8] + "-" + strings.ReplaceAll(id, "-", "")[8:]
	}
	return h
}

func cookies(h http.Header) []string {
	var list []string
	for _, line := range h.Values("Cookie") {
		for cookie := range strings.SplitSeq(line, ";") {
			list = append(list, strings.TrimSpace(cookie))
		}
	}
	return list
}

func hostname(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

// isText says whether the body goes as it is. API Gateway decides by media type; what isn't UTF-8 couldn't stand in JSON.
func isText(contentType string, body []byte) bool {
	if !utf8.Valid(body) {
		return false
	}
	if contentType == "" {
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	switch media {
	case "application/json", "application/xml", "application/javascript":
		return true
	}
	return strings.HasPrefix(media, "text/") || strings.HasSuffix(media, "+json") || strings.HasSuffix(media, "+xml")
}

// respond writes the function's answer. One without a statusCode is the body of a 200 itself (the same page, "Lambda
// function response for format 2.0").
func respond(w http.ResponseWriter, answer []byte) error {
	var probe struct {
		StatusCode *int `json:"statusCode"`
	}
	if !json.Valid(answer) {
		return fmt.Errorf("the function's answer is not JSON")
	}
	if json.Unmarshal(answer, &probe) != nil || probe.StatusCode == nil {
		w.Header().Set("Content-Type", "application/json")
		var text string
		if json.Unmarshal(answer, &text) == nil { // a JSON string is its text
			answer = []byte(text)
		}
		_, _ = w.Write(answer)
		return nil
	}
	var response events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(answer, &response); err != nil {
		return err
	}
	body := []byte(response.Body)
	if response.IsBase64Encoded {
		plain, err := base64.StdEncoding.DecodeString(response.Body)
		if err != nil {
			return err
		}
		body = plain
	}
	if response.StatusCode < 100 || response.StatusCode > 599 {
		return fmt.Errorf("%d is not a status", response.StatusCode)
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain;charset=UTF-8")
	for name, value := range response.Headers {
		if !owned(h, name) {
			h.Set(name, value)
		}
	}
	for _, cookie := range response.Cookies {
		h.Add("Set-Cookie", cookie)
	}
	w.WriteHeader(response.StatusCode)
	_, _ = w.Write(body)
	return nil
}

// owned are headers that the gateway has set already: CORS configured on the API replaces the function's own.
func owned(h http.Header, name string) bool {
	return strings.HasPrefix(strings.ToLower(name), "access-control-") && h.Get("Access-Control-Allow-Origin") != ""
}
