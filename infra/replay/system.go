package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"guanxi/infra/client"
)

// system is a running guanxi, as shops, admins and the one who moves its clock
// see it.
type system struct{ *client.System }

func newSystem(api, control, token string) *system {
	return &system{client.New(api, control, token, workers)}
}

// post creates a resource of the API.
func (s *system) post(ctx context.Context, path string, in any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	_, err = s.Send(ctx, http.MethodPost, s.API+path, s.AsAdmin(), body, nil)
	return err
}

// put creates a setting, or replaces it as it stands.
func (s *system) put(ctx context.Context, path string, in any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	header := s.AsAdmin()
	standing, err := s.Send(ctx, http.MethodGet, s.API+path, header, nil, nil)
	switch r, refused := errors.AsType[*client.Refusal](err); {
	case err == nil:
		header.Set("If-Match", standing.Get("ETag"))
	case !refused || r.Status != http.StatusNotFound:
		return err
	}
	_, err = s.Send(ctx, http.MethodPut, s.API+path, header, body, nil)
	return err
}

// deliver posts a signed webhook. One that is accepted but can't be used is an
// error: what is sent here is meant to be used.
func (s *system) deliver(ctx context.Context, platform, connection string, header http.Header, body []byte) error {
	var answer struct{ Status, Reason string }
	if _, err := s.Send(ctx, http.MethodPost, s.API+"/v1/webhooks/"+platform+"/"+connection, header, body, &answer); err != nil {
		return err
	}
	if answer.Status != "accepted" {
		return fmt.Errorf("a delivery to %s was answered %s (%s): %.400s", connection, answer.Status, answer.Reason, body)
	}
	return nil
}

// advance moves the cloud's clock; every schedule on the way fires, and all
// that follows from it is done before it returns.
func (s *system) advance(ctx context.Context, to time.Time) error {
	body, err := json.Marshal(map[string]any{"to": to.Format(time.RFC3339)})
	if err != nil {
		return err
	}
	_, err = s.Send(ctx, http.MethodPost, s.Control+"/clock/advance", nil, body, nil)
	return err
}

// settle waits until nothing is on its way any more.
func (s *system) settle(ctx context.Context) error {
	_, err := s.Send(ctx, http.MethodPost, s.Control+"/settle", nil, []byte(`{"timeout":"PT120S"}`), nil)
	return err
}
