(() => {
  const info = { uuid: "uuid-__NAME__", name: "__NAME__", icon: "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>", rdns: "org.eranos.__BINDING__" };
  const provider = {
    request: async ({ method, params = [] }) => {
      const answer = await window.__BINDING__(method, params);
      if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
      return answer.result ?? null;
    },
  };
  const announce = () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }));
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
})();
