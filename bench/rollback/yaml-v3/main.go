// Edits YAML the way tools written in Go do: into nodes, one value set, out again. One JSON object a line in, one a line out.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"

	"gopkg.in/yaml.v3"
)

type request struct {
	Text     string            `json:"text"`
	Document int               `json:"document"`
	Path     []json.RawMessage `json:"path"`
	Value    json.RawMessage   `json:"value"`
}

type answer struct {
	Text  string `json:"text"`
	Error string `json:"error"`
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			text, failed := edit(line)
			reply := answer{Text: text}
			if failed != nil {
				reply.Error = failed.Error()
			}
			if out.Encode(reply) != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func edit(line []byte) (string, error) {
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		return "", err
	}
	documents, err := read(asked.Text)
	if err != nil {
		return "", err
	}
	if asked.Document >= len(documents) {
		return "", errors.New("no such document")
	}
	var value yaml.Node
	if err := yaml.Unmarshal(asked.Value, &value); err != nil {
		return "", err
	}
	node, err := find(documents[asked.Document].Content[0], asked.Path)
	if err != nil {
		return "", err
	}
	node.Value, node.Tag = value.Content[0].Value, value.Content[0].Tag
	var buffer bytes.Buffer
	encoder := yaml.NewEncoder(&buffer)
	encoder.SetIndent(2)
	for _, document := range documents {
		if err := encoder.Encode(document); err != nil {
			return "", err
		}
	}
	if err := encoder.Close(); err != nil {
		return "", err
	}
	return buffer.String(), nil
}

func read(text string) ([]*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewBufferString(text))
	var documents []*yaml.Node
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return documents, nil
		}
		if err != nil {
			return nil, err
		}
		documents = append(documents, &document)
	}
}

func find(node *yaml.Node, path []json.RawMessage) (*yaml.Node, error) {
	for _, step := range path {
		if node.Kind == yaml.AliasNode {
			node = node.Alias
		}
		var index int
		if json.Unmarshal(step, &index) == nil {
			if node.Kind != yaml.SequenceNode || index >= len(node.Content) {
				return nil, errors.New("no such element")
			}
			node = node.Content[index]
			continue
		}
		var name string
		if err := json.Unmarshal(step, &name); err != nil {
			return nil, err
		}
		next := member(node, name)
		if next == nil {
			return nil, errors.New("no such member")
		}
		node = next
	}
	if node.Kind != yaml.ScalarNode {
		return nil, errors.New("not a scalar")
	}
	return node, nil
}

func member(node *yaml.Node, name string) *yaml.Node {
	if node.Kind != yaml.MappingNode {
		return nil
	}
	for at := 0; at+1 < len(node.Content); at += 2 {
		if node.Content[at].Value == name {
			return node.Content[at+1]
		}
	}
	return nil
}
