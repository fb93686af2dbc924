package clock

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// Begin makes the clock that Open will find in file: it shows virtual at this instant and runs on
// from there. A clock that is there already stays as it is. It is the only way into the past.
func Begin(file string, virtual time.Time) error {
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	c := Clock{file: file}
	return c.keep([]piece{{Real: time.Now().Round(0), Virtual: virtual.UTC()}})
}
