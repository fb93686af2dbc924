package function

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

// maxResponse is Lambda's limit for an answer: 6 MB and 100 bytes.
const maxResponse = MaxPayload + 100

// runtimeAPI serves the four methods of the Lambda runtime API, docs/lambda/latest/dg/runtimes-api.html.
func (p *process) runtimeAPI() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", p.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", p.response)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", p.invocationError)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", p.initFailed)
	return mux
}

// next blocks until there is an event.
func (p *process) next(w http.ResponseWriter, r *http.Request) {
	p.readyOnce.Do(func() { close(p.ready) })
	var i *invocation
	select {
	case i = <-p.work:
	case <-r.Context().Done():
		return
	}
	p.mu.Lock()
	p.current = i
	p.mu.Unlock()
	h := w.Header()
	h.Set("Lambda-Runtime-Aws-Request-Id", i.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(i.deadline.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", p.config.ARN)
	h.Set("Lambda-Runtime-Trace-Id", i.trace)
	h.Set("Content-Type", "application/json")
	_, _ = w.Write(i.event) // a bootstrap that is gone shows in exited
}

func (p *process) response(w http.ResponseWriter, r *http.Request) {
	i := p.take(r.PathValue("id"))
	if i == nil {
		status(w, http.StatusBadRequest, &Error{Type: "InvalidRequestID", Message: "Invalid request ID"})
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxResponse+1))
	switch {
	case err != nil: // the bootstrap died while it answered
		return
	case len(body) > maxResponse:
		failure := &Error{Type: tooLarge, Message: "Response payload size exceeded maximum allowed payload size (" + strconv.Itoa(maxResponse) + " bytes)."}
		status(w, http.StatusRequestEntityTooLarge, &Error{Type: "RequestEntityTooLarge", Message: failure.Message})
		i.answered <- answer{err: failure}
	default:
		accepted(w)
		i.answered <- answer{body: body}
	}
}

func (p *process) invocationError(w http.ResponseWriter, r *http.Request) {
	i := p.take(r.PathValue("id"))
	if i == nil {
		status(w, http.StatusBadRequest, &Error{Type: "InvalidRequestID", Message: "Invalid request ID"})
		return
	}
	accepted(w)
	i.answered <- answer{err: reported(r)}
}

func (p *process) initFailed(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.initError = reported(r)
	p.mu.Unlock()
	accepted(w)
}

// take ends the current invocation if it has this id; each is answered once.
func (p *process) take(id string) *invocation {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := p.current
	if i == nil || i.id != id {
		return nil
	}
	p.current = nil
	return i
}

// reported reads the error that a runtime posts.
func reported(r *http.Request) *Error {
	failure := &Error{}
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxResponse))
	if json.Unmarshal(body, failure) != nil || failure.Type == "" {
		failure.Type = r.Header.Get("Lambda-Runtime-Function-Error-Type")
	}
	if failure.Type == "" {
		failure.Type = "Runtime.Unknown"
	}
	return failure
}

func accepted(w http.ResponseWriter) {
	status(w, http.StatusAccepted, map[string]string{"status": "OK"})
}

func status(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}
