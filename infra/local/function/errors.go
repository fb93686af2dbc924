package function

import "fmt"

// Error is an invocation without an answer: the function reported an error, timed out or died. Its JSON is the payload
// that Lambda returns with FunctionError "Unhandled".
type Error struct {
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
}

func (e *Error) Error() string { return e.Type + ": " + e.Message }

// Timeout says whether the function was killed at its time-out.
func (e *Error) Timeout() bool { return e.Type == timedOut }

// The error types that Lambda itself gives.
const (
	timedOut = "Sandbox.Timedout"
	exited   = "Runtime.ExitError"
	tooLarge = "Function.ResponseSizeTooLarge"
)

func exitError(request, how string) *Error {
	return &Error{Type: exited, Message: fmt.Sprintf("RequestId: %s Error: Runtime exited with error: %s", request, how)}
}

// ErrThrottled is Lambda's TooManyRequestsException: no concurrency is left, and nothing was invoked.
var ErrThrottled error = throttled{}

type throttled struct{}

func (throttled) Error() string   { return "TooManyRequestsException: Rate Exceeded." }
func (throttled) Throttled() bool { return true }
