package cloud

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"guanxi/infra/local/iam"
)

// seam stands between the functions and one service and passes calls on. It can refuse some, since the local servers
// never throttle: as the service does when it throttles, or by cutting the connection as if it were out of reach. What
// the caller's role doesn't grant is refused by a guard, see package iam.
type seam struct {
	service, url string

	mu      sync.Mutex
	next    http.Handler
	refusal string // throttle or unreachable
	times   int
}

func newSeam(service, url string) *seam { return &seam{service: service, url: url} }

// to names the server behind the seam, and what guards it.
func (s *seam) to(endpoint string, guard func(http.Handler) http.Handler) {
	target, _ := url.Parse(endpoint) // the servers give URLs
	transport := &http.Transport{MaxIdleConns: 256, MaxIdleConnsPerHost: 256, IdleConnTimeout: time.Minute, DisableCompression: true}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = guard(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			sameSigner(r.Out)
		},
		Transport: transport,
		ErrorLog:  quiet(),
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) {
			panic(http.ErrAbortHandler) // the client sees what the seam saw: no answer
		},
	})
}

// refuse makes the next calls fail; 0 times ends it.
func (s *seam) refuse(how string, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal, s.times = how, times
}

func (s *seam) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	next, refusal := s.next, ""
	if s.times > 0 {
		s.times--
		refusal = s.refusal
	}
	s.mu.Unlock()
	switch {
	case next == nil, refusal == "unreachable":
		panic(http.ErrAbortHandler)
	case refusal == "throttle":
		_, _ = io.Copy(io.Discard, r.Body)
		s.throttle(w)
	default:
		next.ServeHTTP(w, r)
	}
}

// sameSigner makes all callers one: DynamoDB Local keeps a database for each access key. It checks no signature.
func sameSigner(r *http.Request) {
	const mark = "Credential="
	signed := r.Header.Get("Authorization")
	r.Header.Set("Authorization", strings.Replace(signed, mark+iam.Signer(r)+"/", mark+accessKey+"/", 1))
}

// throttle answers as the service does: "Error handling with DynamoDB", amazondynamodb/latest/developerguide/
// Programming.Errors.html, and "Common errors", AWSSimpleQueueService/latest/APIReference/CommonErrors.html.
func (s *seam) throttle(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(http.StatusBadRequest)
	switch s.service {
	case "dynamodb":
		fmt.Fprint(w, `{"__type":"com.amazon.coral.availability#ThrottlingException","message":"Throughput exceeds the current capacity of your table or index."}`)
	default:
		fmt.Fprint(w, `{"__type":"com.amazonaws.sqs#RequestThrottled","message":"Request is throttled."}`)
	}
}

// refuse finds the service's seam.
func (s *seams) refuse(service, how string, times int) error {
	for _, seam := range []*seam{s.dynamodb, s.sqs} {
		if seam.service == service {
			seam.refuse(how, times)
			return nil
		}
	}
	return fmt.Errorf("service %q is neither dynamodb nor sqs", service)
}
