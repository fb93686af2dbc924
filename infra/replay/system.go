package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// system is a running guanxi as its clients see it: the API, and the local
// cloud's control port.
type system struct {
	api, control string
	token        string // of an admin
	client       *http.Client
	retried      atomic.Int64 // requests that had to be sent again
}

func newSystem(api, control, token string) *system {
	transport := &http.Transport{MaxIdleConnsPerHost: 2 * workers}
	return &system{api: api, control: control, token: token, client: &http.Client{Transport: transport}}
}

// attempts is how often a request is sent that is refused for the moment; a
// shop would try for hours.
const attempts = 6

// send sends a request until it is answered with anything but 429 or 503, and
// reads the answer into out where it is a success. Any other answer is an error.
func (s *system) send(ctx context.Context, method, url string, header http.Header, body []byte, out any) (http.Header, error) {
	for attempt := 1; ; attempt++ {
		request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		request.Header = header.Clone()
		response, err := s.client.Do(request)
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
			s.retried.Add(1)
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(time.Duration(attempt) * 100 * time.Millisecond):
			}
		default:
			return response.Header, &refusal{method, request.URL.Path, status, string(answer)}
		}
	}
}

// refusal is an answer that is no success.
type refusal struct {
	method, path string
	status       int
	body         string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s %s answered %d: %.400s", r.method, r.path, r.status, r.body)
}

func (s *system) asAdmin() http.Header {
	return http.Header{"Authorization": {"Bearer " + s.token}, "Content-Type": {"application/json"}}
}

// get reads a resource of the API.
func (s *system) get(ctx context.Context, path string, out any) error {
	_, err := s.send(ctx, http.MethodGet, s.api+path, s.asAdmin(), nil, out)
	return err
}

// post creates a resource of the API.
func (s *system) post(ctx context.Context, path string, in any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	_, err = s.send(ctx, http.MethodPost, s.api+path, s.asAdmin(), body, nil)
	return err
}

// put creates a setting, or replaces it as it stands.
func (s *system) put(ctx context.Context, path string, in any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	header := s.asAdmin()
	standing, err := s.send(ctx, http.MethodGet, s.api+path, header, nil, nil)
	switch r, refused := errors.AsType[*refusal](err); {
	case err == nil:
		header.Set("If-Match", standing.Get("ETag"))
	case !refused || r.status != http.StatusNotFound:
		return err
	}
	_, err = s.send(ctx, http.MethodPut, s.api+path, header, body, nil)
	return err
}

// deliver posts a signed webhook. One that is accepted but can't be used is an
// error: what is sent here is meant to be used.
func (s *system) deliver(ctx context.Context, platform, connection string, header http.Header, body []byte) error {
	var answer struct{ Status, Reason string }
	if _, err := s.send(ctx, http.MethodPost, s.api+"/v1/webhooks/"+platform+"/"+connection, header, body, &answer); err != nil {
		return err
	}
	if answer.Status != "accepted" {
		return fmt.Errorf("a delivery to %s was answered %s (%s): %.400s", connection, answer.Status, answer.Reason, body)
	}
	return nil
}

// now is the cloud's virtual time.
func (s *system) now(ctx context.Context) (time.Time, error) {
	var clock struct{ Now time.Time }
	_, err := s.send(ctx, http.MethodGet, s.control+"/clock", nil, nil, &clock)
	return clock.Now, err
}

// advance moves the cloud's clock; every schedule on the way fires, and all
// that follows from it is done before it returns.
func (s *system) advance(ctx context.Context, to time.Time) error {
	body, err := json.Marshal(map[string]any{"to": to.Format(time.RFC3339)})
	if err != nil {
		return err
	}
	_, err = s.send(ctx, http.MethodPost, s.control+"/clock/advance", nil, body, nil)
	return err
}

// settle waits until nothing is on its way any more.
func (s *system) settle(ctx context.Context) error {
	_, err := s.send(ctx, http.MethodPost, s.control+"/settle", nil, []byte(`{"timeout":"PT120S"}`), nil)
	return err
}
