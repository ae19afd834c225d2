package node

import "offsite/pipeline/watch"

// Carry tells where the cameras stand that changed since it was last asked, for the node
// that takes them over; whole: everything of each. It waits for looks under way.
func (n *Node) Carry(whole bool) []watch.Carried {
	var all []watch.Carried
	for _, c := range n.all() {
		if c.watch == nil {
			continue
		}
		carried, err := c.watch.Carry(whole)
		if err != nil {
			c.log.Error("the camera's state is not handed on", "error", err)
		}
		if carried != nil {
			all = append(all, *carried)
		}
	}
	return all
}

// Left tells where the cameras stood when the node stopped.
func (n *Node) Left() []watch.Carried {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.left
}

// Adopt makes a camera go on, when it is next set, where another node left it.
func (n *Node) Adopt(c watch.Carried) error { return watch.Adopt(n.folder(c.Camera), c) }

// Stored says whether this node has a state of its own of a camera.
func (n *Node) Stored(cameraID string) bool { return watch.Stored(n.folder(cameraID)) }
