package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// checkpoint remembers how far each shard of a stream is done. What follows it is delivered again
// by the next host: at least once, as Lambda promises.
type checkpoint struct {
	file string

	mu    sync.Mutex
	state checkpointState
}

type checkpointState struct {
	StreamARN string                   `json:"stream_arn"`
	Shards    map[string]shardPosition `json:"shards"`
}

// shardPosition is the last record that is done, and whether the shard is closed and done as a whole.
type shardPosition struct {
	Sequence string `json:"sequence,omitempty"`
	Done     bool   `json:"done,omitempty"`
}

// openCheckpoint reads file; one of another stream, as of a table that has been created anew, counts
// for nothing. With file "" nothing is kept.
func openCheckpoint(file, streamARN string) (*checkpoint, error) {
	c := &checkpoint{file: file}
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("read the checkpoint: %w", err)
		}
		if err == nil {
			if err := json.Unmarshal(text, &c.state); err != nil {
				return nil, fmt.Errorf("read the checkpoint %s: %w", file, err)
			}
		}
	}
	if c.state.StreamARN != streamARN {
		c.state = checkpointState{StreamARN: streamARN, Shards: map[string]shardPosition{}}
	}
	return c, nil
}

// empty is true when this stream was never read.
func (c *checkpoint) empty() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.state.Shards) == 0
}

func (c *checkpoint) position(shard string) (shardPosition, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.state.Shards[shard]
	return p, ok
}

// advance keeps a shard's position.
func (c *checkpoint) advance(shard string, p shardPosition) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.Shards[shard] = p
	return c.write()
}

// forget drops shards that the stream no longer has.
func (c *checkpoint) forget(known map[string]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for shard := range c.state.Shards {
		if !known[shard] {
			delete(c.state.Shards, shard)
		}
	}
}

// write replaces the file as a whole, so that a killed host leaves the old or the new one.
func (c *checkpoint) write() error {
	if c.file == "" {
		return nil
	}
	text, err := json.Marshal(c.state)
	if err != nil {
		return fmt.Errorf("keep the checkpoint: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(c.file), 0o755); err != nil {
		return fmt.Errorf("keep the checkpoint: %w", err)
	}
	if err := os.WriteFile(c.file+".new", text, 0o644); err != nil {
		return fmt.Errorf("keep the checkpoint: %w", err)
	}
	if err := os.Rename(c.file+".new", c.file); err != nil {
		return fmt.Errorf("keep the checkpoint: %w", err)
	}
	return nil
}
