// Search from disk: browsers start no worker from a file, so what it would run is run in a hidden frame. The theme asks
// for such a stand-in under the name IFrameWorker and would fetch one from the internet.
if (location.protocol === "file:") {
  self.IFrameWorker = class IFrameWorker extends EventTarget {
    constructor(url) {
      super()
      this.frame = document.createElement("iframe")
      this.frame.hidden = true
      document.body.appendChild(this.frame)
      const inner = (this.inner = this.frame.contentWindow)
      const load = (source) =>
        new Promise((done, failed) => {
          const script = inner.document.createElement("script")
          script.async = false
          script.src = source
          script.onload = done
          script.onerror = () => failed(new Error(`cannot load ${source}`))
          inner.document.body.appendChild(script)
        })
      inner.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }))
      inner.importScripts = async (...sources) => {
        for (const source of sources) await load(source)
      }
      this.ready = load(url)
    }
    postMessage(data) {
      this.ready.then(() => this.inner.dispatchEvent(new this.inner.MessageEvent("message", { data })))
    }
    terminate() {
      this.frame.remove()
    }
  }
  self.Worker = self.IFrameWorker
}
