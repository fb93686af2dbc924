// Package client is how programs beside the system speak with a running one:
// the API, and a local cloud's control port.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// System is a running guanxi as its clients see it.
type System struct {
	API, Control string       // Control is empty for a deployment on AWS
	Token        string       // of an admin
	Sent         atomic.Int64 // requests
	Retried      atomic.Int64 // of them, those that had to be sent again
	http         *http.Client
}

// New is a client that sends so many requests at once.
func New(api, control, token string, workers int) *System {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 2 * workers}
	return &System{API: api, Control: control, Token: token, http: &http.Client{Transport: transport}}
}

// Dev is as much of a running `make dev`'s dev.json as its clients need.
type Dev struct {
	API, Control string
	Tokens       map[string]string
}

// ReadDev reads dev.json.
func ReadDev(path string) (d Dev, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return d, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

// attempts is how often a request is sent that is refused for the moment; a
// shop would try for hours.
const attempts = 6

// Send sends a request until it is answered with anything but 429 or 503, and
// reads the answer into out where it is a success. Any other answer is an error.
func (s *System) Send(ctx context.Context, method, url string, header http.Header, body []byte, out any) (http.Header, error) {
	for attempt := 1; ; attempt++ {
		request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		request.Header = header.Clone()
		s.Sent.Add(1)
		response, err := s.http.Do(request)
		if err != nil {
			return nil, err
		}
		answer, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", method, request.URL.Path, err)
		}
		switch status := response.StatusCode; {
		case status < 300 && out == nil:
			return response.Header, nil
		case status < 300:
			if err := json.Unmarshal(answer, out); err != nil {
				return nil, fmt.Errorf("%s %s answered what is not understood: %w", method, request.URL.Path, err)
			}
			return response.Header, nil
		case attempt < attempts && (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable):
			s.Retried.Add(1)
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(time.Duration(attempt) * 100 * time.Millisecond):
			}
		default:
			return response.Header, &Refusal{method, request.URL.Path, status, string(answer)}
		}
	}
}

// Refusal is an answer that is no success.
type Refusal struct {
	Method, Path string
	Status       int
	Body         string
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("%s %s answered %d: %.400s", r.Method, r.Path, r.Status, r.Body)
}

// AsAdmin are the headers of a request to the API.
func (s *System) AsAdmin() http.Header {
	return http.Header{"Authorization": {"Bearer " + s.Token}, "Content-Type": {"application/json"}}
}

// Get reads a resource of the API.
func (s *System) Get(ctx context.Context, path string, out any) error {
	_, err := s.Send(ctx, http.MethodGet, s.API+path, s.AsAdmin(), nil, out)
	return err
}

// Now is the system's time: a local cloud's clock, which can be moved, or the
// wall's.
func (s *System) Now(ctx context.Context) (time.Time, error) {
	if s.Control == "" {
		return time.Now(), nil
	}
	var clock struct{ Now time.Time }
	_, err := s.Send(ctx, http.MethodGet, s.Control+"/clock", nil, nil, &clock)
	return clock.Now, err
}
